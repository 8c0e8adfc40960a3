import type { TermFrequency } from '../adapter/card.ts';
import type { TokenBags } from '../token-bags.ts';

/** How much a token counts in φ: the student's own SIF weight, alone or times how rare the token is in the corpus. */
export const weightings = ['sif', 'sif-idf', 'sif-idf-log'] as const;
export type Weighting = (typeof weightings)[number];

export interface TokenWeights {
  readonly weights: Float32Array; // (V)
  readonly termFrequency: TermFrequency;
}

/**
 * The weight of every token of the vocabulary for the corpus given.
 *
 *   sif           the student's weight
 *   sif-idf       the student's weight × log(1 + n/(1 + df))
 *   sif-idf-log   the same, with log(1 + count) in place of the count
 *
 * A student without weights of its own (a transformer) gets SIF from the corpus: a/(a + p), p the token's share of the
 * corpus's tokens, a = 1e-4. So do the word buckets of a student that has weights for the tokens before them, p being their
 * share of the buckets; a bucket that the corpus does not have weighs nothing.
 *
 * Source  Arora, Liang & Ma 2017 (SIF); Spärck Jones 1972 (idf)
 */
export function tokenWeights(
  weighting: Weighting,
  bags: TokenBags,
  student: Float32Array | null,
  vocabulary: number,
): TokenWeights {
  const base = student?.length === vocabulary ? student : withCorpusSif(student, bags, vocabulary);
  if (weighting === 'sif') return { weights: base, termFrequency: 'count' };
  const frequency = documentFrequency(bags, vocabulary);
  const weights = base.map((weight, t) => weight * Math.log(1 + bags.rows / (1 + frequency[t]!)));
  return { weights, termFrequency: weighting === 'sif-idf-log' ? 'log' : 'count' };
}

/** In how many texts each token occurs. */
export function documentFrequency(bags: TokenBags, vocabulary: number): Uint32Array {
  const frequency = new Uint32Array(vocabulary);
  for (const id of bags.ids) frequency[id]! += 1;
  return frequency;
}

/** The student's weights, where it has any, and behind them those of the corpus. */
function withCorpusSif(student: Float32Array | null, bags: TokenBags, vocabulary: number): Float32Array {
  const known = student?.length ?? 0;
  const counts = new Float64Array(vocabulary);
  let total = 0;
  for (let e = 0; e < bags.ids.length; e++) {
    if (bags.ids[e]! < known) continue;
    counts[bags.ids[e]!]! += bags.counts[e]!;
    total += bags.counts[e]!;
  }
  const weights = Float32Array.from(counts, (count) =>
    student && count === 0 ? 0 : 1e-4 / (1e-4 + count / Math.max(total, 1)),
  );
  if (student) weights.set(student);
  return weights;
}
