import type { Kernels } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';

/**
 * The mean of corrected vectors and of the teacher's own ones of the same documents, to unit length: what the words say and
 * what the teacher read err in different places. A document without a teacher vector (a zero row) keeps its corrected one.
 *
 * Shape   corrected (n, d), aligned (n, d), both unit rows in the adapter's output space
 */
export function mixDocuments(kernels: Kernels, corrected: Matrix, aligned: Matrix): Matrix {
  return kernels.blend(corrected, aligned, 0.5);
}
