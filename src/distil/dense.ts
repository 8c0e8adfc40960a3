import type { Matrix as Dense } from 'ml-matrix';
import { type Matrix, matrix } from '../matrix.ts';

/** The f64 matrix of the linear algebra library as f32 rows for the kernels. */
export function fromDense(D: Dense): Matrix {
  return matrix(D.rows, D.columns, Float32Array.from(D.to1DArray()));
}
