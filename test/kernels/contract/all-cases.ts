import type { Fill, KernelCase } from './buffers.ts';
import { topKCase } from './case-top-k.ts';
import {
  centroidCase,
  centroidInt8Case,
  contextDotsCase,
  dequantizeCase,
  embeddingBagCase,
  embeddingBagInt8Case,
} from './cases-gather.ts';
import {
  axpyCase,
  axpyColumnsCase,
  columnSquaresCase,
  dotCase,
  gemmCase,
  gemvCase,
  gemvTransposedCase,
  xpbyColumnsCase,
} from './cases-products.ts';
import { blendCase, homeostaticPushCase, normalizeCase } from './cases-rows.ts';
import { addNormCase, attentionCase, denseCase } from './cases-transformer.ts';

export type MakeCase = (d: number, fill: Fill) => KernelCase;

/** Every kernel that hosts run, as a case of width d filled with numbers of a kind. gemm appears once for each way to call it. */
export const hostCases: Readonly<Record<string, MakeCase>> = {
  normalize_f32: normalizeCase,
  homeostatic_push_f32: homeostaticPushCase,
  blend_f32: blendCase,
  centroid_f32: centroidCase,
  centroid_i8: centroidInt8Case,
  embedding_bag_f32: embeddingBagCase,
  embedding_bag_i8: embeddingBagInt8Case,
  context_dots_f32: contextDotsCase,
  dequantize_i8: dequantizeCase,
  dot_f32: dotCase,
  axpy_f32: axpyCase,
  gemv_f32: gemvCase,
  gemv_t_f32: gemvTransposedCase,
  'gemm_f32, d deep': (d, fill) => gemmCase([5, d, 11], fill),
  'gemm_f32, d high': (d, fill) => gemmCase([d, 3, 9], fill),
  'gemm_f32, d wide': (d, fill) => gemmCase([6, 3, d], fill),
  'gemm_f32, A transposed': (d, fill) => gemmCase([5, d, 11], fill, { transposeA: true }),
  'gemm_f32, B transposed': (d, fill) => gemmCase([5, d, 11], fill, { transposeB: true }),
  'gemm_f32, both transposed': (d, fill) => gemmCase([4, d, 8], fill, { transposeA: true, transposeB: true }),
  'gemm_f32, accumulating': (d, fill) => gemmCase([5, d, 11], fill, { accumulate: true }),
  top_k_f32: topKCase,
  column_squares_f32: columnSquaresCase,
  axpy_columns_f32: axpyColumnsCase,
  xpby_columns_f32: xpbyColumnsCase,
};

/** Those of a transformer's layers, which the hosts in other languages do not run. */
const transformerCases: Readonly<Record<string, MakeCase>> = {
  dense_f32: denseCase,
  'dense_f32, two strips without GELU': (d, fill) => denseCase(d, fill, { isGelu: false, strips: 2 }),
  attention_f32: (d, fill) => attentionCase([5, d], fill, true),
  'attention_f32, d tokens with one row of bias': (d, fill) => attentionCase([d, 3], fill, false),
  add_norm_f32: addNormCase,
  'add_norm_f32, in place': (d, fill) => addNormCase(d, fill, { isInPlace: true }),
};

export const allCases: Readonly<Record<string, MakeCase>> = { ...hostCases, ...transformerCases };
