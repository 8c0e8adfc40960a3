import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, matrix } from '../matrix.ts';

/**
 * A student's own map into its teacher's space, times the one number that brings X·basis nearest to Y. What the student
 * learned from general text says where a document of this corpus lies, not how far from the corpus's mean: there the
 * documents are more alike than general text.
 *
 * Shape   basis (d, dOut) · X (n, d) · Y (n, dOut)
 * Edge    X·basis all zero: zero
 */
export function scaledBasis(kernels: Kernels, basis: Matrix, X: Matrix, Y: Matrix): Matrix {
  const guess = kernels.gemm(X, basis).data;
  let [along, squares] = [0, 0];
  for (let i = 0; i < guess.length; i++) {
    along += guess[i]! * Y.data[i]!;
    squares += guess[i]! ** 2;
  }
  const scale = squares > 0 ? along / squares : 0;
  return matrix(
    basis.rows,
    basis.dims,
    basis.data.map((b) => scale * b),
  );
}
