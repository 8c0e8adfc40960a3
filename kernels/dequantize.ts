/**
 * int8 rows as f32.
 *
 *   y_ij = scales[i] · table_ij
 *
 * Shape   table (n, d) int8 · scales (n) f32 · y (n, d) f32, row-major
 * Edge    NaN or ±Infinity in a scale goes into its row
 * Error   |Δ| ≤ u·|y|
 */
export function dequantize_i8(table: usize, scales: usize, y: usize, n: i32, d: i32): void {
  for (let i = 0; i < n; i++, scales += 4) {
    const scale = load<f32>(scales);
    let j = 0;
    if (ASC_FEATURE_SIMD) {
      const scalev = f32x4.splat(scale);
      for (; j + 8 <= d; j += 8) {
        const wide = v128.load8x8_s(table + <usize>j);
        const at = y + ((<usize>j) << 2);
        v128.store(at, f32x4.mul(scalev, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(wide))));
        v128.store(at, f32x4.mul(scalev, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(wide))), 16);
      }
    }
    for (; j < d; j++) store<f32>(y + ((<usize>j) << 2), scale * <f32>load<i8>(table + <usize>j));
    table += <usize>d;
    y += (<usize>d) << 2;
  }
}
