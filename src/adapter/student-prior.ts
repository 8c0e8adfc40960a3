import type { StaticTable } from '../encode/static-table.ts';
import { ChelatedError } from '../errors.ts';
import type { Int8Rows, Kernels, Resident, SparseRows } from '../kernels/kernels.ts';
import { type Matrix, pickRows } from '../matrix.ts';
import { keepRows } from './keep-rows.ts';

/** The student's own table for the tokens that an adapter has no row for: what it falls back on. */
export interface StudentPrior {
  /** Σ φ(t)·table[t] over those tokens, or null when the texts have none of them. */
  sum(features: SparseRows): Matrix | null;
  free(): void;
}

/**
 * Holds the rows of the table that `rowOf` (−1) leaves to the student.
 *
 * @throws {ChelatedError} adapter_wrong_model when there is no table, or its vocabulary or width is another
 */
export function studentPrior(
  table: StaticTable | undefined,
  rowOf: Int32Array,
  dIn: number,
  kernels: Kernels,
): StudentPrior {
  if (table?.rows.rows !== rowOf.length || table.rows.dims !== dIn) {
    const got = table ? `one of ${table.rows.rows} × ${table.rows.dims}` : 'a student without one';
    throw new ChelatedError(
      'adapter_wrong_model',
      `the lexical adapter falls back on a student's token table of ${rowOf.length} × ${dIn}, got ${got}; use the student it was fitted for`,
    );
  }
  const left = Array.from(rowOf.keys()).filter((t) => rowOf[t]! < 0);
  const place = new Int32Array(rowOf.length).fill(-1);
  left.forEach((t, i) => {
    place[t] = i;
  });
  const held: Resident = kernels.hold(pickTableRows(table.rows, left));
  return {
    sum: (features) => {
      const rest = keepRows(features, place, left.length);
      return rest.ids.length === 0 ? null : kernels.embeddingBag(held, rest);
    },
    free: () => held.free(),
  };
}

function pickTableRows(rows: Matrix | Int8Rows, tokens: readonly number[]): Matrix | Int8Rows {
  if (!('scales' in rows)) return pickRows(rows, tokens);
  const { dims } = rows;
  const data = new Int8Array(tokens.length * dims);
  const scales = new Float32Array(tokens.length);
  tokens.forEach((t, i) => {
    data.set(rows.data.subarray(t * dims, (t + 1) * dims), i * dims);
    scales[i] = rows.scales[t]!;
  });
  return { rows: tokens.length, dims, data, scales };
}
