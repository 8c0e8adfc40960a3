import type { Kernels } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';

/**
 * Skewness of N_k, the number of queries that have a document among their k nearest: how far a few documents crowd out the others.
 *
 *   m₃ / m₂^1.5 of N_k over the documents
 *
 * Shape   documents (n, d) · queries (m, d), unit rows; `self` is the document that query i came from, left out of its neighbours
 * Unit    about 0 where every document is found as often as any other; 1.4 and more is called hubness
 * Edge    all N_k alike: 0
 * Source  Radovanović, Nanopoulos & Ivanović 2010
 */
export function occurrenceSkewness(
  kernels: Kernels,
  { documents, queries, self, k }: { documents: Matrix; queries: Matrix; self: ArrayLike<number>; k: number },
): number {
  const found = kernels.topK(documents, queries, k + 1);
  const counts = new Float64Array(documents.rows);
  for (let i = 0; i < queries.rows; i++) {
    let kept = 0;
    for (let j = 0; j < found.k && kept < k; j++) {
      const document = found.indices[i * found.k + j]!;
      if (document === self[i]) continue;
      counts[document]!++;
      kept++;
    }
  }
  return skewness(counts);
}

/**
 * m₃ / m₂^1.5 of counts; 0 where all are alike.
 *
 * @example
 * skewness([1, 1, 1, 5]).toFixed(2); // => '1.15'
 */
export function skewness(counts: ArrayLike<number>): number {
  const n = Math.max(1, counts.length);
  let mean = 0;
  for (let i = 0; i < counts.length; i++) mean += counts[i]! / n;
  let [second, third] = [0, 0];
  for (let i = 0; i < counts.length; i++) {
    second += (counts[i]! - mean) ** 2 / n;
    third += (counts[i]! - mean) ** 3 / n;
  }
  return second === 0 ? 0 : third / second ** 1.5;
}
