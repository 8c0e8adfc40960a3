import { config } from '../config.ts';
import { discount } from '../evaluate/agreement.ts';
import { groupPairs, type JudgedPair } from '../evaluate/judged-pairs.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, pickRows } from '../matrix.ts';

/** Mean nDCG@10 of the pairs' queries by inner product, their documents being the relevant ones: what chooses. */
export function pairScore(kernels: Kernels, D: Matrix, Q: Matrix, pairs: readonly JudgedPair[]): number {
  const relevant = groupPairs(pairs, 'query');
  const { depth } = config.evaluate;
  const found = kernels.topK(D, pickRows(Q, [...relevant.keys()]), depth);
  let [sum, i] = [0, 0];
  for (const own of relevant.values()) {
    const documents = new Set(own);
    let [gain, ideal] = [0, 0];
    for (let j = 0; j < found.k; j++) if (documents.has(found.indices[i * found.k + j]!)) gain += discount(j + 1);
    for (let r = 1; r <= Math.min(depth, documents.size); r++) ideal += discount(r);
    sum += gain / ideal;
    i++;
  }
  return sum / Math.max(1, relevant.size);
}

/** The setting with the best score; of equals the first. */
export function bestBy<T>(settings: readonly T[], score: (setting: T) => number): { setting: T; score: number } {
  const scored = settings.map((setting) => ({ setting, score: score(setting) }));
  return scored.reduce((best, next) => (next.score > best.score ? next : best));
}
