import type { Kernels, SparseRows } from '../kernels/kernels.ts';
import { assertFinite, type Matrix, row } from '../matrix.ts';

/**
 * Rows to unit length; exactly zero where a row's input is zero in all of its parts, whatever a bias made of it.
 *
 * @throws {ChelatedError} not_finite when a result is: the numbers in were too large
 */
export function unitRows(Y: Matrix, input: InputParts, kernels: Kernels): Matrix {
  const unit = kernels.normalize(Y);
  for (let i = 0; i < unit.rows; i++) {
    if (isZero(input.vectors, i) && isZeroFeatures(input.features, i)) row(unit, i).fill(0);
  }
  assertFinite(unit, 'corrected vectors');
  return unit;
}

/** What each row was made from: vectors, token features or both. */
export interface InputParts {
  readonly vectors: Matrix | null;
  readonly features: SparseRows | null;
}

function isZero(X: Matrix | null, i: number): boolean {
  if (X === null) return true;
  for (let e = i * X.dims; e < (i + 1) * X.dims; e++) if (X.data[e] !== 0) return false;
  return true;
}

function isZeroFeatures(features: SparseRows | null, i: number): boolean {
  if (features === null) return true;
  for (let e = features.offsets[i]!; e < features.offsets[i + 1]!; e++) if (features.values[e] !== 0) return false;
  return true;
}
