import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import { type Fusion, fusedScores, fusions } from '../evaluate/fuse.ts';
import type { WordHits } from '../store/store.ts';
import type { Ranking } from './nearest.ts';

/** How vectors and words become one ranking. */
export interface FusionOptions {
  readonly method?: Fusion;
  /** Each at least 0. */
  readonly weights?: readonly [vectors: number, words: number];
}

/** A fusion that was asked for, defaults filled in. */
export interface FusionPlan {
  readonly query: string;
  readonly method: Fusion;
  readonly weights: readonly [vectors: number, words: number];
}

/** @throws {ChelatedError} invalid_input for an unknown method; text_required for a query that is a vector */
export function fusionPlan(query: string | undefined, options: FusionOptions): FusionPlan {
  const { method = config.fusion.method, weights = config.fusion.weights } = options;
  if (query === undefined) {
    throw new ChelatedError(
      'text_required',
      'a fused search reads the words of its query, got a vector; send the text',
    );
  }
  if (!fusions.includes(method)) {
    throw new ChelatedError('invalid_input', `a fusion is one of ${fusions.join(', ')}; got ${method}`);
  }
  return { query, method, weights };
}

/**
 * One ranking of the `depth` nearest documents and the `depth` best by words, ties by their order of arrival. The scores of
 * a side are seen over these documents of it, as `fuse` has it; a document that only the other side found has its lowest.
 *
 * @throws {ChelatedError} invalid_input when there are not two weights of at least 0
 */
export function fused(near: Ranking, words: WordHits, { method, weights }: FusionPlan, depth: number): Ranking {
  const vectors = near.best.slice(0, depth);
  const byVectors = { ids: vectors.map(({ row }) => row), scores: vectors.map(({ score }) => score) };
  const total = fusedScores([byVectors, { ids: words.rows, scores: words.scores }], { method, weights });
  const best = Array.from(total, ([row, score]) => ({ row, score }));
  best.sort((a, b) => b.score - a.score || a.row - b.row);
  // Where every document is among the vectors', words add none.
  return { best, all: near.all && vectors.length === near.best.length };
}
