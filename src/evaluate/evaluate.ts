import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels, Resident } from '../kernels/kernels.ts';
import { type Matrix, pickRows } from '../matrix.ts';
import type { Dataset } from './dataset.ts';
import { judgedQueries } from './judged-queries.ts';
import type { Run } from './ranking.ts';
import { type RunScores, scoreRun } from './score-run.ts';
import { search } from './search.ts';

export interface EvaluateOptions {
  readonly dataset: Dataset;
  readonly kernels: Kernels;
  /** Row i is the vector of `dataset.documents[i]`. */
  readonly documents: Matrix | Resident;
  /** Row i is the vector of `dataset.queries[i]`, or of `dataset.queries[queryPositions[i]]`. */
  readonly queries: Matrix;
  /** Positions of the rows of `queries`, for callers that encode only `judgedQueries(dataset)`. */
  readonly queryPositions?: readonly number[];
  readonly metric?: 'cosine' | 'dot';
  /** Documents a query in the run, so the depth of `map`; trec_eval's custom is 1,000. */
  readonly k?: number;
  /** A query does not find the document that has its own id. */
  readonly removeSelf?: boolean;
}

export interface Evaluation extends RunScores {
  readonly documents: number;
  /** Ranked lists of the evaluated queries. */
  readonly run: Run;
}

/**
 * Searches the documents exactly with every judged query and scores the run as trec_eval does.
 *
 * @throws {ChelatedError} invalid_input when no query has a relevant document, shape_mismatch, not_finite
 */
export function evaluate(options: EvaluateOptions): Evaluation {
  const { dataset, kernels, documents, metric, k = config.evaluate.runDepth } = options;
  const judged = judgedQueries(dataset);
  if (judged.length === 0) {
    throw new ChelatedError(
      'invalid_input',
      `${dataset.name} has no query with a relevant document in this split; nothing to evaluate`,
    );
  }
  const ids = judged.map((position) => dataset.queries[position]!.id);
  const lists = search({
    kernels,
    documents,
    ids: dataset.documents.map(({ id }) => id),
    queries: pickRows(options.queries, rowsOf(judged, options)),
    k,
    ...(metric && { metric }),
    ...(options.removeSelf && { exclude: ids }),
  });
  const run: Run = new Map(ids.map((id, i) => [id, lists[i]!]));
  return { documents: dataset.documents.length, ...scoreRun(run, dataset.judgements), run };
}

/** The row of `queries` for each judged position. */
function rowsOf(judged: readonly number[], { dataset, queries, queryPositions }: EvaluateOptions): number[] {
  const expected = queryPositions?.length ?? dataset.queries.length;
  if (queries.rows !== expected) {
    throw new ChelatedError(
      'shape_mismatch',
      `${dataset.name}: expected ${expected} query vectors, got ${queries.rows}; one for each query of the file, in its order`,
    );
  }
  if (queryPositions === undefined) return [...judged];
  const rowOf = new Map(queryPositions.map((position, row) => [position, row]));
  return judged.map((position) => {
    const row = rowOf.get(position);
    if (row === undefined) {
      throw new ChelatedError(
        'shape_mismatch',
        `${dataset.name}: query "${dataset.queries[position]!.id}" is judged but has no vector`,
      );
    }
    return row;
  });
}
