import { type Matrix, matrix } from '../matrix.ts';

export interface Uncentred {
  readonly X: Matrix; // (n, d)
  readonly mean: ArrayLike<number>; // (d)
  readonly weights?: ArrayLike<number>; // (n), 1 where there are none
}

/** (x − mean)·weight, row by row; the rows of all parts, one below the other. */
export function centred(...parts: readonly Uncentred[]): Matrix {
  const moved = matrix(
    parts.reduce((sum, { X }) => sum + X.rows, 0),
    parts[0]?.X.dims ?? 0,
  );
  let at = 0;
  for (const { X, mean, weights } of parts) {
    for (let i = 0; i < X.rows; i++) {
      const weight = weights?.[i] ?? 1;
      for (let j = 0; j < X.dims; j++) moved.data[at++] = weight * (X.data[i * X.dims + j]! - mean[j]!);
    }
  }
  return moved;
}
