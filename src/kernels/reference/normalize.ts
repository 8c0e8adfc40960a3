import type { Matrix } from '../../matrix.ts';

/** Rows to unit length, in f64: zero stays zero, a row with NaN or ±Infinity becomes NaN. */
export function normalize(X: Matrix): Float64Array {
  const out = new Float64Array(X.data.length);
  for (let i = 0; i < X.rows; i++) unitRow(X.data.subarray(i * X.dims, (i + 1) * X.dims), out, i * X.dims);
  return out;
}

/** Writes x / ‖x‖ to out from `at` on. */
export function unitRow(x: ArrayLike<number>, out: Float64Array, at: number): void {
  let squares = 0;
  for (let j = 0; j < x.length; j++) squares += x[j]! * x[j]!;
  const length = Number.isFinite(squares) ? Math.sqrt(squares) : Number.NaN;
  for (let j = 0; j < x.length; j++) out[at + j] = length === 0 ? 0 : x[j]! / length;
}
