import type { Matrix } from '../matrix.ts';

/** The mean of the rows of X, f64 sums; zeros when X has no rows. */
export function meanRow(X: Matrix): Float64Array {
  const mean = new Float64Array(X.dims);
  for (let i = 0; i < X.rows; i++) {
    for (let j = 0; j < X.dims; j++) mean[j]! += X.data[i * X.dims + j]!;
  }
  return mean.map((sum) => sum / Math.max(X.rows, 1));
}
