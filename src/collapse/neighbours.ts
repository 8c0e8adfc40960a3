import type { Kernels, Resident, SparseRows } from '../kernels/kernels.ts';
import { type Matrix, pickRows } from '../matrix.ts';

/**
 * The k nearest other rows of X for each row named by `of`: a document does not count as its own neighbour.
 *
 * Shape   X (n, d), also held as `index` · result: one set of min(k, n − 1) row numbers for each entry of `of`
 */
export function neighbours(kernels: Kernels, index: Resident, X: Matrix, of: ArrayLike<number>, k: number): SparseRows {
  const width = Math.min(k, X.rows - 1);
  const found = kernels.topK(index, pickRows(X, of), width + 1);
  const ids = new Uint32Array(of.length * width);
  for (let i = 0; i < of.length; i++) {
    let kept = 0;
    for (let j = 0; j < found.k && kept < width; j++) {
      const id = found.indices[i * found.k + j]!;
      if (id !== of[i]) ids[i * width + kept++] = id;
    }
  }
  return {
    rows: of.length,
    columns: X.rows,
    offsets: Uint32Array.from({ length: of.length + 1 }, (_, i) => i * width),
    ids,
    values: new Float32Array(ids.length).fill(1),
  };
}
