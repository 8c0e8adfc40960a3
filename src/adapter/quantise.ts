import type { Int8Rows } from '../kernels/kernels.ts';
import { assertFinite, type Matrix, row } from '../matrix.ts';

/**
 * Rows as int8 with one scale each: scale = max|x| / 127, q = round(x / scale).
 *
 * Error   |x − scale·q| ≤ (½ + 2⁻¹⁶)·scale for rows with max|x| ≥ 1e-35: half a step, and what f32 makes of the scale
 * Edge    zeros stay zeros, a zero row has scale 0; below 1e-35 the scale is denormal and coarse
 * @throws {ChelatedError} not_finite
 * @example
 * const { data, scales } = quantise({ rows: 1, dims: 2, data: Float32Array.of(127, -63.6) });
 * [...data, scales[0]]; // => [127, -64, 1]
 */
export function quantise(X: Matrix): Int8Rows {
  assertFinite(X, 'rows to quantise');
  const data = new Int8Array(X.rows * X.dims);
  const scales = new Float32Array(X.rows);
  for (let i = 0; i < X.rows; i++) {
    const x = row(X, i);
    let largest = 0;
    for (const value of x) largest = Math.max(largest, Math.abs(value));
    // Rounded to f32 first, so that q is the nearest for the scale that is stored.
    const scale = Math.fround(largest / 127);
    scales[i] = scale;
    if (scale === 0) continue;
    for (let j = 0; j < X.dims; j++) {
      data[i * X.dims + j] = Math.max(-127, Math.min(127, Math.round(x[j]! / scale)));
    }
  }
  return { rows: X.rows, dims: X.dims, data, scales };
}
