import type { Int8Rows } from '../kernels.ts';

/** scales[i]·table_ij, in f64. */
export function dequantize(X: Int8Rows): Float64Array {
  return Float64Array.from(X.data, (v, at) => v * X.scales[Math.floor(at / X.dims)]!);
}
