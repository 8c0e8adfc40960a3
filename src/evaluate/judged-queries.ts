import type { Dataset } from './dataset.ts';
import { countRelevant } from './metrics.ts';

/**
 * Positions in `dataset.queries` of the queries that are evaluated: those with a relevant document (grade > 0), in the
 * order of the file; of a repeated id the first.
 */
export function judgedQueries(dataset: Dataset): number[] {
  const seen = new Set<string>();
  return dataset.queries.flatMap(({ id }, i) => {
    if (seen.has(id)) return [];
    seen.add(id);
    const grades = dataset.judgements.get(id);
    return grades !== undefined && countRelevant(grades) > 0 ? [i] : [];
  });
}
