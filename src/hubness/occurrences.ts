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
