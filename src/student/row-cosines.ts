import type { Matrix } from '../matrix.ts';

/** Cosine between row i of X and row i of Y, sums in f64; 0 where either row is zero. */
export function rowCosines(X: Matrix, Y: Matrix): Float64Array {
  return Float64Array.from({ length: X.rows }, (_, i) => {
    let [dot, left, right] = [0, 0, 0];
    for (let j = i * X.dims; j < (i + 1) * X.dims; j++) {
      dot += X.data[j]! * Y.data[j]!;
      left += X.data[j]! ** 2;
      right += Y.data[j]! ** 2;
    }
    return left > 0 && right > 0 ? dot / Math.sqrt(left * right) : 0;
  });
}
