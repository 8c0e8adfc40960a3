import type { HubnessCorrection, HubnessInput } from './correction.ts';
import { foldPenalty, foldQueries } from './fold-penalty.ts';
import { meanNearest } from './mean-nearest.ts';

export interface CslsSettings {
  /** Queries of the bank around a document. */
  readonly k: number;
}

/**
 * Cross-domain similarity local scaling: 2·d·q − r(d) − r(q), r(d) = mean cosine of d to its k nearest queries. Of one
 * query r(q) is the same for every document, so what is left is a penalty of ½·r(d).
 *
 * Source  Conneau, Lample, Ranzato, Denoyer & Jégou 2018, arXiv 1710.04087
 */
export function csls({ kernels, documents, bank }: HubnessInput, { k }: CslsSettings): HubnessCorrection {
  const r = meanNearest(kernels, documents, bank, k);
  return { documents: foldPenalty(documents, r, 0.5), queries: (Q) => foldQueries(Q) };
}
