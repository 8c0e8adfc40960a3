import { ChelatedError } from '../errors.ts';
import { assertFinite, type Matrix } from '../matrix.ts';
import type { EncodeOptions } from './encoder.ts';

/** Vectors made elsewhere: one a text, in the order of the collection or named by ids. A zero row is a text that failed. */
export interface VectorSource {
  readonly vectors: Matrix;
  readonly ids?: readonly string[];
}

/**
 * For each of `count` texts the row of its vector, −1 where there is none: by id when source and call have ids, by
 * `positions` when the call has them, else by position, and then the counts must agree.
 */
export type RowsOf = (count: number, by: Pick<EncodeOptions, 'ids' | 'positions'>) => Int32Array;

/** @throws {ChelatedError} not_finite, shape_mismatch (other counts), invalid_input (an id twice), not_found (no id is known) */
export function rowsOf({ vectors, ids }: VectorSource, name: string): RowsOf {
  assertFinite(vectors, name);
  const byId = ids && new Map(ids.map((id, i) => [id, i]));
  if (ids && ids.length !== vectors.rows) {
    throw new ChelatedError(
      'shape_mismatch',
      `${name}: ${vectors.rows} vectors have ${ids.length} ids; each needs one`,
    );
  }
  if (ids && byId?.size !== ids.length) throw new ChelatedError('invalid_input', `${name}: an id occurs twice`);

  return (count, { ids: wanted, positions }) => {
    const named = byId ? wanted : undefined;
    const given = (named ?? positions)?.length ?? vectors.rows;
    if (given !== count) {
      const what = named ? 'ids' : positions ? 'positions' : 'vectors';
      throw new ChelatedError('shape_mismatch', `${name}: ${count} texts, but ${given} ${what}; each text needs one`);
    }
    if (named) return findIds(named, byId!, name);
    if (!positions) return Int32Array.from({ length: count }, (_, i) => i);
    const outside = positions.find((at) => !Number.isInteger(at) || at < 0 || at >= vectors.rows);
    if (outside !== undefined) {
      throw new ChelatedError(
        'shape_mismatch',
        `${name}: position ${outside} is asked for, the file has ${vectors.rows} vectors`,
      );
    }
    return Int32Array.from(positions);
  };
}

function findIds(wanted: readonly string[], byId: ReadonlyMap<string, number>, name: string): Int32Array {
  const rows = Int32Array.from(wanted, (id) => byId.get(id) ?? -1);
  if (rows.length > 0 && rows.every((at) => at < 0)) {
    throw new ChelatedError(
      'not_found',
      `${name}: none of the ids asked for is there (the first is ${wanted[0]}); is it the file of this collection?`,
    );
  }
  return rows;
}
