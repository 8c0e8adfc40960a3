import { type Matrix, matrix } from '../matrix.ts';

/** X − Y, new. */
export function subtract(X: Matrix, Y: Matrix): Matrix {
  const rest = matrix(X.rows, X.dims);
  for (let i = 0; i < rest.data.length; i++) rest.data[i] = X.data[i]! - Y.data[i]!;
  return rest;
}
