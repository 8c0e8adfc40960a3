import { type Matrix as Dense, EigenvalueDecomposition } from 'ml-matrix';

export interface SymmetricEigen {
  readonly values: readonly number[]; // descending
  readonly vectors: Dense; // one a column, in the order of `values`
}

/** Eigenvalues, largest first, and orthonormal eigenvectors of a symmetric matrix. */
export function symmetricEigen(S: Dense): SymmetricEigen {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(S, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]! || a - b);
  const all = order.map((_, row) => row);
  return { values: order.map((i) => realEigenvalues[i]!), vectors: eigenvectorMatrix.selection(all, order) };
}
