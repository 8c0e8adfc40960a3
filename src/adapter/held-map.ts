import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, matrix, transpose } from '../matrix.ts';

/** x·map with the map resident. */
export interface HeldMap {
  /** Without a map it is the identity, and the result is X itself. */
  apply(X: Matrix): Matrix;
  free(): void;
}

export function heldMap(map: Matrix | null, kernels: Kernels): HeldMap {
  if (!map) return { apply: (X) => X, free: () => {} };
  const held = kernels.hold(transpose(map));
  return {
    apply: (X) =>
      // One vector is the common query: a product with the rows of the transposed map.
      X.rows === 1 ? matrix(1, held.rows, kernels.gemv(held, X.data)) : kernels.gemm(X, held, { transposeB: true }),
    free: () => held.free(),
  };
}
