import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels, Resident } from '../kernels/kernels.ts';
import { assertFinite, type Matrix, pickRows } from '../matrix.ts';
import { type RankedList, rank, withoutId } from './ranking.ts';

export interface SearchOptions {
  readonly kernels: Kernels;
  /** Row i is the vector of the document `ids[i]`. */
  readonly documents: Matrix | Resident;
  readonly ids: readonly string[];
  readonly queries: Matrix;
  /** Documents a query. */
  readonly k: number;
  /** Default cosine: both sides are normalised here first. A resident index is taken as it is, in both. */
  readonly metric?: 'cosine' | 'dot';
  /** One id a query that must not be found, for queries that are themselves documents. */
  readonly exclude?: readonly string[];
}

/**
 * Exact search: for each query its k best documents in trec_eval's order, also where ties reach past rank k.
 *
 * Shape   documents (n, d) · queries (m, d) → m lists of min(k, n)
 * Memory  a block of queries at a time: block · k scores, never m · n
 * Edge    a zero query scores every document 0, so its list is the k highest ids. Of documents with the same id only the
 *         best-ranked is listed
 *
 * @throws {ChelatedError} shape_mismatch when counts or widths differ, not_finite on NaN or Infinity
 */
export function search(options: SearchOptions): RankedList[] {
  const { kernels, ids, k, metric = 'cosine', exclude } = options;
  check(options);
  const cosine = metric === 'cosine';
  const documents = cosine && !('free' in options.documents) ? kernels.normalize(options.documents) : options.documents;
  const queries = cosine ? kernels.normalize(options.queries) : options.queries;

  const lists = new Array<RankedList>(queries.rows);
  // More than k are fetched, so that documents that tie with rank k are seen; where the tie is longer, again with more.
  let open = Array.from(lists, (_, i) => i);
  for (let fetch = Math.min(documents.rows, k + config.evaluate.searchMargin); open.length > 0; ) {
    const unresolved: number[] = [];
    const block = Math.max(1, Math.floor(config.evaluate.searchBlock / Math.max(1, fetch)));
    for (let from = 0; from < open.length; from += block) {
      const positions = open.slice(from, from + block);
      const found = kernels.topK(documents, pickRows(queries, positions), fetch);
      positions.forEach((position, i) => {
        const scores = found.scores.subarray(i * found.k, (i + 1) * found.k);
        const rows = found.indices.subarray(i * found.k, (i + 1) * found.k);
        const all = rank(
          Array.from(rows, (r) => ids[r]!),
          scores,
        );
        const list = exclude ? withoutId(all, exclude[position]!) : all;
        const last = list.scores[k - 1];
        const complete = found.k === documents.rows || (last !== undefined && scores[found.k - 1]! < last);
        if (complete) lists[position] = { ids: list.ids.slice(0, k), scores: list.scores.slice(0, k) };
        else unresolved.push(position);
      });
    }
    open = unresolved;
    fetch = Math.min(documents.rows, fetch * 4);
  }
  return lists;
}

function check({ documents, ids, queries, k, exclude }: SearchOptions): void {
  if (!Number.isInteger(k) || k < 1) throw new ChelatedError('invalid_input', `k must be a whole number ≥ 1, got ${k}`);
  if (documents.rows !== ids.length) {
    throw new ChelatedError('shape_mismatch', `expected one vector a document (${ids.length}), got ${documents.rows}`);
  }
  if (queries.dims !== documents.dims && queries.rows > 0 && documents.rows > 0) {
    throw new ChelatedError(
      'shape_mismatch',
      `documents have d=${documents.dims}, queries d=${queries.dims}; encode both with the same model`,
    );
  }
  if (exclude && exclude.length !== queries.rows) {
    throw new ChelatedError('shape_mismatch', `exclude needs one id a query (${queries.rows}), got ${exclude.length}`);
  }
  assertFinite(queries, 'queries');
  if (!('free' in documents)) assertFinite(documents, 'documents');
}
