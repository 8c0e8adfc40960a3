import type { SparseRows } from '../kernels/kernels.ts';

/** The features of the tokens that have a row in a table of `columns` rows (`rowOf[t]`, −1 for none), over those rows. */
export function keepRows(features: SparseRows, rowOf: Int32Array, columns: number): SparseRows {
  const { rows } = features;
  const offsets = new Uint32Array(rows + 1);
  const ids = new Uint32Array(features.ids.length);
  const values = new Float32Array(features.ids.length);
  let at = 0;
  for (let i = 0; i < rows; i++) {
    for (let e = features.offsets[i]!; e < features.offsets[i + 1]!; e++) {
      const target = rowOf[features.ids[e]!]!;
      if (target < 0) continue;
      ids[at] = target;
      values[at++] = features.values[e]!;
    }
    offsets[i + 1] = at;
  }
  return { rows, columns, offsets, ids: ids.subarray(0, at), values: values.subarray(0, at) };
}
