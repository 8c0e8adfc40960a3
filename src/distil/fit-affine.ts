import type { AdapterParts } from '../adapter/parts.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { FitData } from './fit-data.ts';
import { ridgeEquations } from './fit-ridge.ts';

/** Ridge fits of the `affine` kind: the equations are made once, then one solve a λ. */
export function affineFits(kernels: Kernels, data: FitData): (lambda: number) => AdapterParts {
  const equations = ridgeEquations(kernels, data.X, data.Y, true);
  return (lambda) => ({ ...equations.solve(lambda), tokens: null, teacher: data.teacher });
}
