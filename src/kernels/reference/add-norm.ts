import type { LayerNorm } from '../kernels.ts';
import type { Numbers } from './products.ts';

/** Rows of X + R brought to mean 0 and variance 1, scaled and shifted, in f64. */
export function addNorm(X: Numbers, R: Numbers, { gain, shift, epsilon }: LayerNorm): Float64Array {
  const d = X.dims;
  const Y = Float64Array.from(X.data, (x, at) => x + R.data[at]!);
  for (let i = 0; i < X.rows; i++) {
    const row = Y.subarray(i * d, (i + 1) * d);
    const mean = row.reduce((sum, v) => sum + v, 0) / d;
    const variance = row.reduce((sum, v) => sum + (v - mean) ** 2, 0) / d;
    const factor = 1 / Math.sqrt(variance + epsilon);
    row.forEach((v, j) => {
      row[j] = (v - mean) * factor * gain[j]! + shift[j]!;
    });
  }
  return Y;
}
