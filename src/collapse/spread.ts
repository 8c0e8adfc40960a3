import type { Kernels, Resident, SparseRows } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';

/**
 * How unlike each other the neighbours of each query are: one minus their mean pairwise cosine.
 *
 *   spread = 1 − (k‖m‖² − 1)/(k − 1), m the mean of the k unit vectors
 *
 * Shape   X (n, d) unit rows · sets: the neighbours of each query · result: one number a query
 * Unit    0 when they are all the same, 1 when they are orthogonal on average, k/(k − 1) when they cancel out
 * Edge    fewer than two neighbours: 1, nothing can collapse
 */
export function spread(kernels: Kernels, X: Matrix | Resident, sets: SparseRows): Float64Array {
  const means = kernels.centroid(X, sets);
  return Float64Array.from({ length: sets.rows }, (_, i) => {
    const k = sets.offsets[i + 1]! - sets.offsets[i]!;
    if (k < 2) return 1;
    let square = 0;
    for (let j = 0; j < means.dims; j++) square += means.data[i * means.dims + j]! ** 2;
    return 1 - (k * square - 1) / (k - 1);
  });
}
