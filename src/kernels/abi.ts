/** The module's version that this code was written against; `abi_version()` must answer it. */
export const abiVersion = 1;

/** Parameters and result of every export: `i` an i32 (pointers, counts; unsigned pointers wrap), `f` an f32, `v` nothing. */
export const abi = {
  abi_version: ': i',
  has_simd: ': i',
  heap_base: ': i',
  memory_grow: 'i: i',
  add_norm_f32: 'iiiiiiiii: v',
  attention_f32: 'iiiiiiiiii: v',
  attention_scratch_bytes: 'ii: i',
  axpy_columns_f32: 'iiiii: v',
  axpy_f32: 'fiiii: v',
  blend_f32: 'iiiiif: i',
  centroid_f32: 'iiiiiiii: v',
  centroid_i8: 'iiiiiiiii: v',
  column_squares_f32: 'iiii: v',
  context_dots_f32: 'iiiiiiiiiii: v',
  dense_f32: 'iiiiiiiiii: v',
  dequantize_i8: 'iiiii: v',
  dot_f32: 'iii: f',
  embedding_bag_f32: 'iiiiiiiii: v',
  embedding_bag_i8: 'iiiiiiiiii: v',
  gemm_f32: 'iiiiiiiiiiii: v',
  gemm_scratch_bytes: ': i',
  gemv_f32: 'iiiii: v',
  gemv_t_f32: 'iiiii: v',
  homeostatic_push_f32: 'iiiiif: v',
  normalize_f32: 'iiii: v',
  top_k_f32: 'iiiiiiiiii: v',
  top_k_finish: 'iiiiii: v',
  xpby_columns_f32: 'iiiii: v',
} as const;

export type KernelName = keyof typeof abi;

/** What the module exports; kernels/README.md says what each parameter is. */
export type KernelExports = { readonly memory: WebAssembly.Memory } & {
  readonly [name in KernelName]: (...parameters: number[]) => number;
};
