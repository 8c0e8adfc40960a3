import { type StaticTable, vocabularyOf } from '../encode/static-table.ts';
import { ChelatedError } from '../errors.ts';
import { holdShared } from '../kernels/hold-shared.ts';
import type { Kernels, SparseRows } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';
import { keepRows } from './keep-rows.ts';

/** The student's own table for the tokens that an adapter has no row for: what it falls back on. */
export interface StudentPrior {
  /** Σ φ(t)·table[t] over those of the tokens that it has a row for, or null when the texts have none of them. */
  sum(features: SparseRows): Matrix | null;
  free(): void;
}

/**
 * The student's table for the tokens that `rowOf` (−1) leaves to it. A word bucket that nobody has a row for adds nothing.
 *
 * @throws {ChelatedError} adapter_wrong_model when there is no table, or its vocabulary or width is another
 */
export function studentPrior(
  table: StaticTable | undefined,
  rowOf: Int32Array,
  dIn: number,
  kernels: Kernels,
): StudentPrior {
  if (!table || vocabularyOf(table) !== rowOf.length || table.rows.dims !== dIn) {
    const got = table ? `one of ${vocabularyOf(table)} × ${table.rows.dims}` : 'a student without one';
    throw new ChelatedError(
      'adapter_wrong_model',
      `the lexical adapter falls back on a student's token table of ${rowOf.length} × ${dIn}, got ${got}; use the student it was fitted for`,
    );
  }
  const rows = holdShared(kernels, table.rows);
  const V = table.rows.rows;
  const place = rowOf.map((r, t) => (r < 0 && t < V ? t : -1));
  return {
    sum: (features) => {
      const rest = keepRows(features, place, V);
      return rest.ids.length === 0 ? null : kernels.embeddingBag(rows.held, rest);
    },
    free: () => rows.free(),
  };
}
