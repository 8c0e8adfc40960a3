import { type Matrix, matrix } from '../matrix.ts';

/** (x − mean)·weight, row by row. */
export function centred(X: Matrix, mean: ArrayLike<number>, weights?: ArrayLike<number>): Matrix {
  const moved = matrix(X.rows, X.dims);
  for (let i = 0; i < X.rows; i++) {
    const weight = weights?.[i] ?? 1;
    for (let j = 0; j < X.dims; j++) moved.data[i * X.dims + j] = weight * (X.data[i * X.dims + j]! - mean[j]!);
  }
  return moved;
}
