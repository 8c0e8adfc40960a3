import { normalizeRow } from './_rows';

/**
 * Brings each row to unit length.
 *
 *   y = x / ‖x‖₂
 *
 * Shape   x (n, d) · y (n, d), f32 row-major
 * Edge    zero rows stay zero; a row with NaN or ±Infinity becomes NaN throughout; y may be x
 * Error   per entry |Δ| ≤ 3u·|y| (+ the least denormal), u = 2⁻²⁴, also for entries of 1e-30 or 1e30: squares are summed in f64
 */
export function normalize_f32(x: usize, y: usize, n: i32, d: i32): void {
  const stride = (<usize>d) << 2;
  for (let i = 0; i < n; i++) {
    normalizeRow(x, y, d);
    x += stride;
    y += stride;
  }
}
