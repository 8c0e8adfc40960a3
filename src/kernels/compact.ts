import type { SparseRows } from './kernels.ts';

/** S over only those columns that occur: `columns[c]` is the column that compact column c stands for, ascending. */
export interface Compact {
  readonly rows: SparseRows;
  readonly columns: Uint32Array;
}

export function compactColumns(S: SparseRows): Compact {
  const place = new Uint32Array(S.columns);
  for (const id of S.ids) place[id] = 1;
  let count = 0;
  for (let c = 0; c < S.columns; c++) if (place[c]) place[c] = ++count;
  const columns = new Uint32Array(count);
  for (let c = 0; c < S.columns; c++) if (place[c]) columns[place[c]! - 1] = c;
  const ids = S.ids.map((id) => place[id]! - 1);
  return { rows: { rows: S.rows, columns: count, offsets: S.offsets, ids, values: S.values }, columns };
}

/** Sᵀ as sparse rows: row c lists the rows of S that have column c, ascending. */
export function transposeSparse(S: SparseRows): SparseRows {
  const offsets = new Uint32Array(S.columns + 1);
  for (const id of S.ids) offsets[id + 1]!++;
  for (let c = 0; c < S.columns; c++) offsets[c + 1]! += offsets[c]!;
  const next = offsets.slice(0, S.columns);
  const ids = new Uint32Array(S.ids.length);
  const values = new Float32Array(S.ids.length);
  for (let i = 0; i < S.rows; i++) {
    for (let e = S.offsets[i]!; e < S.offsets[i + 1]!; e++) {
      const to = next[S.ids[e]!]!++;
      ids[to] = i;
      values[to] = S.values[e]!;
    }
  }
  return { rows: S.columns, columns: S.rows, offsets, ids, values };
}
