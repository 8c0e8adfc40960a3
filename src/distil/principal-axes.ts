import { Matrix as Dense } from 'ml-matrix';
import type { Kernels } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';
import { covariance } from './covariance.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

export interface PrincipalAxes {
  readonly mean: Float64Array; // (d)
  readonly axes: Dense; // (d, k), orthonormal columns, widest first
  /** Share of the variance that the k axes keep, 0 … 1. */
  readonly kept: number;
}

/**
 * The k directions in which the rows of X vary most (principal component analysis).
 *
 * Edge    fewer rows than k: the remaining axes are orthonormal and carry no variance; no variance at all: kept = 1
 */
export function principalAxes(kernels: Kernels, X: Matrix, k: number): PrincipalAxes {
  const { product, meanX } = covariance(kernels, X, X);
  const { values, vectors } = symmetricEigen(product);
  const total = values.reduce((sum, value) => sum + Math.max(value, 0), 0);
  const first = values.slice(0, k).reduce((sum, value) => sum + Math.max(value, 0), 0);
  const axes = new Dense(X.dims, k);
  for (let i = 0; i < X.dims; i++) for (let j = 0; j < k; j++) axes.set(i, j, vectors.get(i, j));
  return { mean: meanX, axes, kept: total > 0 ? Math.min(1, first / total) : 1 };
}
