import type { AdapterParts } from '../adapter/parts.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { add } from './add.ts';
import type { FitData } from './fit-data.ts';
import { type AffineMap, type RidgeEquations, ridgeEquations } from './fit-ridge.ts';
import { scaledBasis } from './scaled-basis.ts';
import { subtract } from './subtract.ts';

export interface AffineOptions {
  /** λ relative to the mean squared singular value. */
  readonly ridge: number;
  /** With a bias, or a linear map alone. */
  readonly intercept: boolean;
}

/**
 * Ridge fits of the `affine` kind: the equations are made once, then one solve a λ.
 *
 * Where the student knows its way into the teacher's space, the ridge pulls towards that map W₀ instead of zero:
 * min ‖XW − Y‖² + λ·s·‖W − W₀‖², W₀ the basis times the one number that brings X·basis nearest to Y.
 */
export function affineFits(kernels: Kernels, data: FitData): (options: AffineOptions) => AdapterParts & AffineMap {
  const start = data.basis ? scaledBasis(kernels, data.basis, data.X, data.Y) : null;
  const Y = start ? subtract(data.Y, kernels.gemm(data.X, start)) : data.Y;
  const made = new Map<boolean, RidgeEquations>();
  return ({ ridge, intercept }) => {
    const equations = made.get(intercept) ?? ridgeEquations(kernels, data.X, Y, intercept);
    made.set(intercept, equations);
    const { map, bias } = equations.solve(ridge);
    if (start) add(map, start);
    return { map, bias, tokens: null, teacher: data.teacher };
  };
}
