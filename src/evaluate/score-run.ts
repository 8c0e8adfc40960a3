import { config } from '../config.ts';
import { averagePrecision, countRelevant, type Grades, ndcg, precision, recall, reciprocalRank } from './metrics.ts';
import type { Run } from './ranking.ts';

/** Figures of one query, or their means over queries. Keys are those that `chelated evaluate --json` prints. */
export interface Figures {
  readonly 'ndcg@10': number;
  readonly 'recall@100': number;
  readonly 'mrr@10': number;
  readonly 'p@10': number;
  readonly map: number;
}

export interface RunScores extends Figures {
  /** How many queries the means are over. */
  readonly queries: number;
  readonly perQuery: readonly (Figures & { readonly id: string })[];
}

/**
 * Scores a run as trec_eval does, and takes means over its queries that have a relevant document.
 *
 * Edge    a query of the run without a relevant document is left out; one that retrieved nothing counts as 0;
 *         no query at all gives means of 0. `map` is over the documents that the run holds
 *
 * @example
 * const run = new Map([['q1', { ids: ['a', 'b'], scores: new Float32Array([0.9, 0.1]) }]]);
 * scoreRun(run, new Map([['q1', new Map([['b', 1]])]]))['mrr@10']; // => 0.5
 */
export function scoreRun(run: Run, judgements: ReadonlyMap<string, Grades>): RunScores {
  const perQuery: (Figures & { id: string })[] = [];
  for (const [id, { ids }] of run) {
    const grades = judgements.get(id);
    if (grades !== undefined && countRelevant(grades) > 0) perQuery.push({ id, ...figures(ids, grades) });
  }
  const mean = (of: keyof Figures) =>
    perQuery.length === 0 ? 0 : perQuery.reduce((sum, query) => sum + query[of], 0) / perQuery.length;
  return {
    queries: perQuery.length,
    'ndcg@10': mean('ndcg@10'),
    'recall@100': mean('recall@100'),
    'mrr@10': mean('mrr@10'),
    'p@10': mean('p@10'),
    map: mean('map'),
    perQuery,
  };
}

function figures(ids: readonly string[], grades: Grades): Figures {
  const { depth, recallDepth } = config.evaluate;
  return {
    'ndcg@10': ndcg(ids, grades, depth),
    'recall@100': recall(ids, grades, recallDepth),
    'mrr@10': reciprocalRank(ids, grades, depth),
    'p@10': precision(ids, grades, depth),
    map: averagePrecision(ids, grades),
  };
}
