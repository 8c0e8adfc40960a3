import type { AdapterParts } from '../adapter/parts.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { FitData } from './fit-data.ts';
import { type AffineMap, type RidgeEquations, ridgeEquations } from './fit-ridge.ts';

export interface AffineOptions {
  /** λ relative to the mean squared singular value. */
  readonly ridge: number;
  /** With a bias, or a linear map alone. */
  readonly intercept: boolean;
}

/** Ridge fits of the `affine` kind: the equations are made once, then one solve a λ. */
export function affineFits(kernels: Kernels, data: FitData): (options: AffineOptions) => AdapterParts & AffineMap {
  const made = new Map<boolean, RidgeEquations>();
  return ({ ridge, intercept }) => {
    const equations = made.get(intercept) ?? ridgeEquations(kernels, data.X, data.Y, intercept);
    made.set(intercept, equations);
    return { ...equations.solve(ridge), tokens: null, teacher: data.teacher };
  };
}
