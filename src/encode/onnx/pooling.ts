import { type Matrix, matrix } from '../../matrix.ts';

/** One vector from the vectors of a text's tokens, as sentence-transformers names the ways. */
export const poolings = ['cls', 'max', 'mean', 'mean_sqrt_len_tokens', 'weightedmean', 'lasttoken'] as const;

export type Pooling = (typeof poolings)[number];

/** Vectors of the tokens of n texts: text i has `lengths[i]` of the `tokens` rows kept for it, from its first on. */
export interface TokenVectors {
  readonly texts: number;
  readonly tokens: number;
  readonly dims: number;
  readonly data: Float32Array; // (texts, tokens, dims)
  readonly lengths: ArrayLike<number>;
}

/**
 * One vector a text: the ways asked for, side by side. Sums run in f64.
 *
 *   mean             Σ vⱼ / L
 *   weightedmean     Σ j·vⱼ / Σ j, j from 1
 *   mean_sqrt_len_tokens  Σ vⱼ / √L
 *   max              largest of each column
 *   cls, lasttoken   v₁, v_L
 *
 * Shape   (n, tokens, d) → (n, d · ways)
 * Edge    `skip` leaves out the first tokens (an instruction before the text), but for `cls` and `lasttoken`;
 *         a text without any token left is zero
 * Source  sentence_transformers.models.Pooling
 */
export function pool(hidden: TokenVectors, ways: readonly Pooling[], skip = 0): Matrix {
  const { texts, tokens, dims, data, lengths } = hidden;
  const pooled = matrix(texts, dims * ways.length);
  const sum = new Float64Array(dims);
  for (let i = 0; i < texts; i++) {
    const length = lengths[i]!;
    const first = i * tokens;
    ways.forEach((way, w) => {
      const to = pooled.data.subarray((i * ways.length + w) * dims, (i * ways.length + w + 1) * dims);
      if (length === 0) return;
      if (way === 'cls') to.set(data.subarray(first * dims, (first + 1) * dims));
      else if (way === 'lasttoken') to.set(data.subarray((first + length - 1) * dims, (first + length) * dims));
      else if (length > skip) combine(data, first + skip, first + length, way, sum, to);
    });
  }
  return pooled;
}

function combine(data: Float32Array, from: number, end: number, way: Pooling, sum: Float64Array, to: Float32Array) {
  const dims = to.length;
  sum.fill(way === 'max' ? Number.NEGATIVE_INFINITY : 0);
  for (let j = from; j < end; j++) {
    const at = j * dims;
    if (way === 'max') for (let c = 0; c < dims; c++) sum[c] = Math.max(sum[c]!, data[at + c]!);
    else {
      const weight = way === 'weightedmean' ? j - from + 1 : 1;
      for (let c = 0; c < dims; c++) sum[c]! += weight * data[at + c]!;
    }
  }
  const count = end - from;
  const share = { mean: count, weightedmean: (count * (count + 1)) / 2, mean_sqrt_len_tokens: Math.sqrt(count) };
  const divisor = way in share ? share[way as keyof typeof share] : 1;
  for (let c = 0; c < dims; c++) to[c] = sum[c]! / divisor;
}
