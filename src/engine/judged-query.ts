import { breathe } from '../breathe.ts';
import { config } from '../config.ts';
import { type Grades, ndcg } from '../evaluate/metrics.ts';
import type { Generation } from './generation.ts';
import type { Searcher } from './searcher.ts';

/** A query whose relevant documents are known. */
export interface JudgedQuery {
  readonly query: string;
  readonly grades: Grades; // by document id
}

/** nDCG of each judged query on a generation, in slices. */
export async function judgeGeneration(
  searcher: Searcher,
  generation: Generation,
  queries: readonly JudgedQuery[],
): Promise<Float64Array> {
  const { depth } = config.engine.monitor;
  const scores = new Float64Array(queries.length);
  for (const [i, { query, grades }] of queries.entries()) {
    const hits = await searcher.searchOn(generation, query, depth);
    scores[i] = ndcg(
      hits.map(({ id }) => id),
      grades,
      depth,
    );
    await breathe();
  }
  return scores;
}
