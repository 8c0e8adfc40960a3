import type { SparseRows } from '../kernels/kernels.ts';

/** Sets of row numbers below `columns`, each counting once. */
export function rowSets(sets: readonly ArrayLike<number>[], columns: number): SparseRows {
  const offsets = new Uint32Array(sets.length + 1);
  for (const [i, set] of sets.entries()) offsets[i + 1] = offsets[i]! + set.length;
  const ids = new Uint32Array(offsets[sets.length]!);
  for (const [i, set] of sets.entries()) ids.set(set, offsets[i]);
  return { rows: sets.length, columns, offsets, ids, values: new Float32Array(ids.length).fill(1) };
}
