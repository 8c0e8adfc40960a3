import { skewness } from '../collapse/hubness.ts';
import { config } from '../config.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { judgedQueries } from '../evaluate/judged-queries.ts';
import type { Run } from '../evaluate/ranking.ts';
import { type RunScores, scoreRun } from '../evaluate/score-run.ts';
import { noCorrection } from '../hubness/correction.ts';
import { occurrences } from '../hubness/occurrences.ts';
import { pickRows } from '../matrix.ts';
import type { Collection, Sides } from './collection.ts';
import type { LabRow } from './experiment.ts';

export interface Scored {
  readonly figures: LabRow;
  readonly run: Run;
}

/** Figures of a search on test judgements, nDCG of every query, and N₁₀'s skewness over the judged queries. */
export function scoreSides(collection: Collection, sides: Sides, metric: 'cosine' | 'dot' = 'cosine'): Scored {
  const { kernels, data } = collection;
  const { run, ...scores } = evaluate({ dataset: data, kernels, ...sides, metric });
  const unit = metric === 'cosine' ? kernels.normalize : (X: Sides['documents']) => X;
  const asked = unit(pickRows(sides.queries, judgedQueries(data)));
  const counts = occurrences(kernels, noCorrection({ documents: unit(sides.documents) }), asked, config.hubness.depth);
  return { figures: { ...figuresOf(scores), skewness: round(skewness(counts)) }, run };
}

/** The same of ranked lists that no vectors stand behind. */
export function scoreLists({ data }: Collection, run: Run): LabRow {
  return figuresOf(scoreRun(run, data.judgements));
}

function figuresOf(scores: RunScores): LabRow {
  return {
    ndcg: round(scores['ndcg@10']),
    recall: round(scores['recall@100']),
    perQuery: scores.perQuery.map((query) => round(query['ndcg@10'])),
  };
}

/** What a figure of a table needs, and no more in a file. */
export const round = (value: number) => Number(value.toFixed(6));
