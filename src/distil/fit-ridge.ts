import { Matrix as Dense, LuDecomposition } from 'ml-matrix';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, matrix } from '../matrix.ts';
import { covariance } from './covariance.ts';
import { fromDense } from './dense.ts';
import { gram } from './gram.ts';

/** y = x·map + bias. */
export interface AffineMap {
  readonly map: Matrix; // (d, dOut)
  readonly bias: Float32Array | null; // (dOut)
}

/** The normal equations of a ridge, made once and solved for any λ. */
export interface RidgeEquations {
  /** Shape   map (d, dOut); λ relative to the mean squared singular value of the (centred) inputs. */
  solve(lambda: number): AffineMap;
}

/**
 * Ridge from the rows of X to the rows of Y: min ‖XW + b − Y‖² + λ·s·‖W‖², s = tr(XᵀX)/d. The intercept b, where asked
 * for, carries no penalty.
 *
 * Shape   X (n, d) · Y (n, dOut)
 * Edge    X without any variation: W = 0, b = the mean of Y
 * Memory  two d × d matrices and one d × dOut in f64, whatever n
 * Source  Hoerl & Kennard 1970
 */
export function ridgeEquations(kernels: Kernels, X: Matrix, Y: Matrix, intercept: boolean): RidgeEquations {
  const centred = intercept ? covariance(kernels, X, X) : null;
  const G = centred?.product ?? gram(kernels, X, X);
  const cross = intercept ? covariance(kernels, X, Y) : null;
  const B = cross?.product ?? gram(kernels, X, Y);
  const scale = G.trace() / X.dims;
  return {
    solve(lambda) {
      const W = scale > 0 ? new LuDecomposition(withDiagonal(G, lambda * scale)).solve(B) : Dense.zeros(X.dims, Y.dims);
      if (!cross) return { map: fromDense(W), bias: null };
      const shift = Dense.rowVector(Array.from(cross.meanX)).mmul(W).to1DArray();
      return { map: fromDense(W), bias: Float32Array.from(cross.meanY, (y, j) => y - shift[j]!) };
    },
  };
}

/** X·map + bias, not normalised. */
export function applyAffine(kernels: Kernels, X: Matrix, { map, bias }: AffineMap): Matrix {
  const Y = kernels.gemm(X, map);
  if (bias === null) return Y;
  const shifted = matrix(Y.rows, Y.dims);
  for (let i = 0; i < shifted.data.length; i++) shifted.data[i] = Y.data[i]! + bias[i % Y.dims]!;
  return shifted;
}

function withDiagonal(G: Dense, amount: number): Dense {
  const copy = G.clone();
  for (let i = 0; i < G.rows; i++) copy.set(i, i, G.get(i, i) + amount);
  return copy;
}
