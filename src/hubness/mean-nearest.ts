import type { Kernels } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';

/**
 * Mean inner product of each row of X with its k nearest rows of `others`; with `skipSelf` X is `others`, and a row is not
 * its own neighbour.
 *
 * Edge    fewer than k others: all of them; none: 0
 */
export function meanNearest(
  kernels: Kernels,
  X: Matrix,
  others: Matrix,
  k: number,
  { skipSelf = false }: { readonly skipSelf?: boolean } = {},
): Float64Array {
  const found = kernels.topK(others, X, skipSelf ? k + 1 : k);
  return Float64Array.from({ length: X.rows }, (_, i) => {
    let [sum, kept] = [0, 0];
    for (let j = 0; j < found.k && kept < k; j++) {
      if (skipSelf && found.indices[i * found.k + j] === i) continue;
      sum += found.scores[i * found.k + j]!;
      kept++;
    }
    return kept === 0 ? 0 : sum / kept;
  });
}
