/** One vector from the vectors of a text's tokens, as sentence-transformers names the ways. */
export const poolings = ['cls', 'max', 'mean', 'mean_sqrt_len_tokens', 'weightedmean', 'lasttoken'] as const;

export type Pooling = (typeof poolings)[number];

/** What takes a token out of a maximum: far below any number in it, and finite. */
const never = -3e38;

/**
 * What a text's token j = 0 … L − 1 has in a way of pooling; padding behind it has nothing.
 *
 *   mean             1/L
 *   weightedmean     (j + 1) / Σ (j + 1)
 *   mean_sqrt_len_tokens  1/√L
 *   cls, lasttoken   1 for the first, the last
 *   max              0 for those that take part, far below everything for the others: it is added, not multiplied
 *
 * `skip` leaves out the first tokens (an instruction before the text), but for `cls` and `lasttoken`.
 *
 * Shape   out (tokens)
 * Source  sentence_transformers.models.Pooling
 */
export function fillPooling(out: Float32Array, way: Pooling, length: number, skip: number): void {
  if (way === 'max') out.fill(never).fill(0, skip, length);
  else if (way === 'cls') out[0] = 1;
  else if (way === 'lasttoken') out[length - 1] = 1;
  else {
    const count = length - skip;
    const share = { mean: count, weightedmean: (count * (count + 1)) / 2, mean_sqrt_len_tokens: Math.sqrt(count) }[way];
    for (let j = skip; j < length; j++) out[j] = (way === 'weightedmean' ? j - skip + 1 : 1) / share;
  }
}

/** Whether a way has nothing to pool in a text: its vector is then zero. */
export function isPoolingEmpty(way: Pooling, length: number, skip: number): boolean {
  return length === 0 || (length <= skip && way !== 'cls' && way !== 'lasttoken');
}
