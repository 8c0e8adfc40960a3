import { Matrix as Dense } from 'ml-matrix';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, rowsBetween } from '../matrix.ts';

/**
 * Rows a block: sums inside a block are f32 (the kernel's own, 256 rows at a time), sums over blocks f64, so that the error
 * does not grow with n. Fewer rows would leave an a × b result behind for each.
 */
const blockRows = 1024;

/**
 * XᵀY with f64 sums over blocks of rows.
 *
 * Shape   X (n, a) · Y (n, b) · result (a, b)
 * Error   each entry: ≤ 260·u·Σ|x||y|, u = 2⁻²⁴ (the f32 sum inside a block), whatever n
 */
export function gram(kernels: Kernels, X: Matrix, Y: Matrix): Dense {
  const sum = new Float64Array(X.dims * Y.dims);
  for (let from = 0; from < X.rows; from += blockRows) {
    const to = Math.min(from + blockRows, X.rows);
    const part = kernels.gemm(rowsBetween(X, from, to), rowsBetween(Y, from, to), { transposeA: true }).data;
    for (let i = 0; i < sum.length; i++) sum[i]! += part[i]!;
  }
  return Dense.from1DArray(X.dims, Y.dims, sum);
}
