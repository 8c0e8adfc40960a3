import type { Kernels } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';

/** x·map with the map resident. */
export interface HeldMap {
  /** Without a map it is the identity, and the result is X itself. */
  apply(X: Matrix): Matrix;
  free(): void;
}

export function heldMap(map: Matrix | null, kernels: Kernels): HeldMap {
  if (!map) return { apply: (X) => X, free: () => {} };
  return kernels.holdMap(map);
}
