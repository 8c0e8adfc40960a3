import type { Kernels, Resident, SparseRows } from '../kernels/kernels.ts';
import { type Matrix, pickRows } from '../matrix.ts';

/**
 * The k nearest other rows of X for each row named by `of`: a document does not count as its own neighbour.
 *
 * Shape   X (n, d), also held as `index` · result: one set of min(k, n − 1) row numbers for each entry of `of`
 */
export function neighbours(kernels: Kernels, index: Resident, X: Matrix, of: ArrayLike<number>, k: number): SparseRows {
  return othersNear(kernels, index, pickRows(X, of), of, k);
}

/**
 * The k best rows of an index for each query, without the row `self[i]` that query i came from.
 *
 * Shape   index (n, d) · Q (m, d) · result: one set of min(k, n − 1) row numbers for each query
 */
export function othersNear(
  kernels: Kernels,
  index: Resident,
  Q: Matrix,
  self: ArrayLike<number>,
  k: number,
): SparseRows {
  const width = Math.min(k, index.rows - 1);
  const found = kernels.topK(index, Q, width + 1);
  const ids = new Uint32Array(Q.rows * width);
  for (let i = 0; i < Q.rows; i++) {
    let kept = 0;
    for (let j = 0; j < found.k && kept < width; j++) {
      const id = found.indices[i * found.k + j]!;
      if (id !== self[i]) ids[i * width + kept++] = id;
    }
  }
  return {
    rows: Q.rows,
    columns: index.rows,
    offsets: Uint32Array.from({ length: Q.rows + 1 }, (_, i) => i * width),
    ids,
    values: new Float32Array(ids.length).fill(1),
  };
}
