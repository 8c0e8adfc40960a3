import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import { random } from '../random.ts';
import type { Dataset } from './dataset.ts';
import { judgedQueries } from './judged-queries.ts';

/** Row numbers of a query and of a document that is relevant to it. */
export interface JudgedPair {
  readonly query: number;
  readonly document: number;
}

export interface JudgedPairs {
  /** To learn from. */
  readonly fitted: readonly JudgedPair[];
  /** To choose with: of other queries. */
  readonly heldOut: readonly JudgedPair[];
}

/**
 * Queries and their relevant documents, as positions in the files of a dataset that was read with its train split. A seeded
 * share of the queries is kept out.
 *
 * Unit    `config.labelled.heldOutShare` of the queries, at least one, never split between the two
 * @throws {ChelatedError} too_few_documents where fewer than two queries are judged
 */
export function judgedPairs(train: Dataset, seed: number): JudgedPairs {
  const queries = judgedQueries(train);
  if (queries.length < 2) {
    throw new ChelatedError(
      'too_few_documents',
      `${train.name} has ${queries.length} judged queries in its train split; learning from labels takes at least 2`,
    );
  }
  const rowOf = new Map(train.documents.map(({ id }, i) => [id, i] as const).reverse());
  const order = random(seed).shuffle(queries.slice());
  const out = Math.max(1, Math.floor(order.length * config.labelled.heldOutShare));
  const pairs = (of: readonly number[]) =>
    of.flatMap((query) =>
      Array.from(train.judgements.get(train.queries[query]!.id) ?? []).flatMap(([id, grade]) => {
        const document = rowOf.get(id);
        return grade > 0 && document !== undefined ? [{ query, document }] : [];
      }),
    );
  return { fitted: pairs(order.slice(out)), heldOut: pairs(order.slice(0, out)) };
}

/** For each query, or each document, of the pairs: the rows of the other side. */
export function groupPairs(pairs: readonly JudgedPair[], by: keyof JudgedPair): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (const pair of pairs) {
    const others = groups.get(pair[by]) ?? [];
    others.push(by === 'query' ? pair.document : pair.query);
    groups.set(pair[by], others);
  }
  return groups;
}
