import type { Matrix as Dense } from 'ml-matrix';
import type { Kernels } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';
import { gram } from './gram.ts';
import { meanRow } from './mean-row.ts';

/** (X − mean)ᵀ(Y − mean), not divided by n. */
export interface Covariance {
  readonly product: Dense; // (a, b)
  readonly meanX: Float64Array;
  readonly meanY: Float64Array;
}

/** Centred cross products of the columns of X and Y; `X === Y` gives the scatter matrix. */
export function covariance(kernels: Kernels, X: Matrix, Y: Matrix): Covariance {
  const product = gram(kernels, X, Y);
  const meanX = meanRow(X);
  const meanY = X === Y ? meanX : meanRow(Y);
  for (let i = 0; i < X.dims; i++) {
    for (let j = 0; j < Y.dims; j++) product.set(i, j, product.get(i, j) - X.rows * meanX[i]! * meanY[j]!);
  }
  return { product, meanX, meanY };
}
