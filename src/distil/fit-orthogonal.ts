import type { AdapterParts } from '../adapter/parts.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { covariance } from './covariance.ts';
import { fromDense } from './dense.ts';
import type { FitData } from './fit-data.ts';
import { polarFactor } from './polar-factor.ts';

/**
 * The `orthogonal` kind: the rotation that brings the centred base vectors nearest to the centred targets. Among corrected
 * vectors it changes no ranking (unless the output is narrower); it lets a student's query search a teacher's index.
 *
 * Edge    widths that differ give a map with orthonormal rows (wider output) or columns (narrower)
 * Source  Schönemann 1966
 */
export function fitOrthogonal(kernels: Kernels, data: FitData): AdapterParts {
  const map = fromDense(polarFactor(covariance(kernels, data.X, data.Y).product));
  return { map, bias: null, tokens: null, teacher: data.teacher };
}
