import type { Encoder } from '../encode/encoder.ts';
import type { Dataset } from '../evaluate/dataset.ts';
import { type JudgedPair, type JudgedPairs, judgedPairs } from '../evaluate/judged-pairs.ts';
import type { Matrix } from '../matrix.ts';

/** Judged queries of a train split as the student sees them. */
export interface LabelledQueries {
  readonly Q: Matrix; // (m, d) base vectors, one for each query of the dataset
  /** Rows of Q, and of the corpus. */
  readonly pairs: JudgedPairs;
}

/**
 * Encodes a dataset's queries and pairs them with the documents that they ask for; `rows` are the positions of the usable
 * documents in the dataset. Queries and documents without a vector are in no pair.
 *
 * @throws {ChelatedError} too_few_documents where fewer than two queries are judged, and what the encoder throws
 */
export async function labelledQueries(
  dataset: Dataset,
  rows: ArrayLike<number>,
  { student, seed, signal }: { readonly student: Encoder; readonly seed: number; readonly signal?: AbortSignal },
): Promise<LabelledQueries> {
  const { vectors: Q, failed } = await student.encode(
    dataset.queries.map(({ text }) => text),
    {
      role: 'query',
      ids: dataset.queries.map(({ id }) => id),
      positions: dataset.queries.map((_, i) => i),
      ...(signal ? { signal } : {}),
    },
  );
  const without = new Set(failed);
  const seen = ({ query }: JudgedPair) => !without.has(query);
  const { fitted, heldOut } = judgedPairs(dataset, seed);
  return pickLabelled({ Q, pairs: { fitted: fitted.filter(seen), heldOut: heldOut.filter(seen) } }, rows);
}

/** The same over the documents named, in that order; a pair of any other is gone. */
export function pickLabelled({ Q, pairs }: LabelledQueries, rows: ArrayLike<number>): LabelledQueries {
  const place = new Map(Array.from(rows, (from, to) => [from, to]));
  const placed = (of: readonly JudgedPair[]) =>
    of.flatMap(({ query, document }) => {
      const at = place.get(document);
      return at === undefined ? [] : [{ query, document: at }];
    });
  return { Q, pairs: { fitted: placed(pairs.fitted), heldOut: placed(pairs.heldOut) } };
}
