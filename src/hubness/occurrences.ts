import type { Kernels } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';
import type { HubnessCorrection } from './correction.ts';

/** N_k: among the k best of how many queries each document is. */
export function occurrences(
  kernels: Kernels,
  { documents, queries }: HubnessCorrection,
  Q: Matrix,
  k: number,
): Uint32Array {
  const counts = new Uint32Array(documents.rows);
  for (const document of kernels.topK(documents, queries(Q), k).indices) counts[document]! += 1;
  return counts;
}

/**
 * Skewness of N_k, the usual measure of hubness: E[(N − μ)³]/σ³. 0 where no document is found more often than others.
 *
 * Source  Radovanović, Nanopoulos & Ivanović 2010
 * @example
 * skewness(Uint32Array.of(1, 1, 1, 5)).toFixed(2); // => '1.15'
 */
export function skewness(counts: ArrayLike<number>): number {
  const n = counts.length;
  if (n === 0) return 0;
  const values = Float64Array.from(counts);
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const moment = (power: number) => values.reduce((sum, value) => sum + (value - mean) ** power, 0) / n;
  const variance = moment(2);
  return variance === 0 ? 0 : moment(3) / variance ** 1.5;
}
