import type { Matrix } from '../matrix.ts';
import type { Int8Rows, Kernels, Resident } from './kernels.ts';

/** One holder's share of rows in kernel memory. */
export interface SharedRows {
  readonly held: Resident;
  /** A second call does nothing. */
  free(): void;
}

const shared = new WeakMap<Kernels, Map<object, { readonly held: Resident; holders: number }>>();

/**
 * `kernels.hold` for rows that several parts of a program need, such as a student's table: the same object is held once, and
 * freed when the last of its holders is.
 */
export function holdShared(kernels: Kernels, rows: Matrix | Int8Rows): SharedRows {
  const all = shared.get(kernels) ?? new Map();
  shared.set(kernels, all);
  const entry = all.get(rows) ?? { held: kernels.hold(rows), holders: 0 };
  all.set(rows, entry);
  entry.holders++;
  let mine = true;
  return {
    held: entry.held,
    free: () => {
      if (!mine) return;
      mine = false;
      if (--entry.holders > 0) return;
      all.delete(rows);
      entry.held.free();
    },
  };
}
