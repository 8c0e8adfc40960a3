import type { HubnessCorrection, HubnessInput } from './correction.ts';
import { foldPenalty, foldQueries } from './fold-penalty.ts';
import { meanNearest } from './mean-nearest.ts';

export interface LocalCentroidSettings {
  /** Weight γ of the penalty. */
  readonly gamma: number;
  /** Documents around a document. */
  readonly k: number;
}

/**
 * Takes off a document's score how near it is to the centroid of the k documents around it: d·q − γ·d·c(d).
 *
 * Source  Hara, Suzuki, Kobayashi, Fukumizu & Radovanović 2015 (localized centering)
 */
export function localCentroid(input: HubnessInput, { gamma, k }: LocalCentroidSettings): HubnessCorrection {
  const { kernels, documents } = input;
  const b = meanNearest(kernels, documents, documents, k, { skipSelf: true });
  return { documents: foldPenalty(documents, b, gamma), queries: (Q) => foldQueries(Q) };
}
