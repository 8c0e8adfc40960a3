// What the module exports. The table in README.md is checked against it by a test.
export { abi_version, has_simd, heap_base, memory_grow } from './abi';
export { add_norm_f32 } from './add-norm';
export { attention_f32, attention_scratch_bytes } from './attention';
export { blend_f32 } from './blend';
export { centroid_f32, centroid_i8 } from './centroid';
export { axpy_columns_f32, column_squares_f32, xpby_columns_f32 } from './columns';
export { context_dots_f32 } from './context-dots';
export { dense_f32 } from './dense';
export { dequantize_i8 } from './dequantize';
export { embedding_bag_f32, embedding_bag_i8 } from './embedding-bag';
export { gemm_f32, gemm_scratch_bytes } from './gemm';
export { axpy_f32, dot_f32, gemv_f32, gemv_t_f32 } from './gemv';
export { homeostatic_push_f32 } from './homeostatic-push';
export { normalize_f32 } from './normalize';
export { top_k_f32, top_k_finish } from './top-k';
