import type { Matrix } from '../matrix.ts';

/** Mean cosine between row i of X and row i of Y, sums in f64; a zero row counts as 0. */
export function meanCosine(X: Matrix, Y: Matrix): number {
  let sum = 0;
  for (let i = 0; i < X.rows; i++) {
    let [dot, left, right] = [0, 0, 0];
    for (let j = i * X.dims; j < (i + 1) * X.dims; j++) {
      dot += X.data[j]! * Y.data[j]!;
      left += X.data[j]! ** 2;
      right += Y.data[j]! ** 2;
    }
    if (left > 0 && right > 0) sum += dot / Math.sqrt(left * right);
  }
  return sum / Math.max(1, X.rows);
}
