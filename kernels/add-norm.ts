/**
 * A sum of two rows, brought to mean 0 and variance 1, then scaled and shifted column by column.
 *
 *   y = (s − mean(s))/√(var(s) + ε)·γ + β, s = x + r
 *
 * Shape   x, r, y (n, d), rows with strides in floats · p (2d + 1): γ, β, ε · f32
 * Edge    NaN or ±∞ in a row makes it NaN; y may be x or r
 * Error   |Δ| ≤ 6u·(|ŝ·γ| + |β| + |y| + max|s|·|γ|·(1 + |ŝ|)/σ), σ = √(var + ε), ŝ = (s − mean)/σ; sums are f64
 */
export function add_norm_f32(
  x: usize, x_stride: usize, r: usize, r_stride: usize, p: usize, y: usize, y_stride: usize, n: i32, d: i32,
): void {
  const width = (<usize>max(d, 0)) << 2;
  const epsilon = <f64>load<f32>(p + 2 * width);
  for (let i = 0; i < n; i++, x += x_stride << 2, r += r_stride << 2, y += y_stride << 2) {
    let o: usize = 0;
    let sum: f64 = 0;
    if (ASC_FEATURE_SIMD) {
      let sums = f64x2.splat(0);
      for (; o + 16 <= width; o += 16) {
        const s = f32x4.add(v128.load(x + o), v128.load(r + o));
        v128.store(y + o, s);
        sums = f64x2.add(sums, f64x2.add(f64x2.promote_low_f32x4(s), f64x2.promote_low_f32x4(v128.shuffle<u64>(s, s, 1, 0))));
      }
      sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
    }
    for (; o < width; o += 4) {
      const s = load<f32>(x + o) + load<f32>(r + o);
      store<f32>(y + o, s);
      sum += <f64>s;
    }
    const mean = sum / <f64>d;
    let squares: f64 = 0;
    o = 0;
    if (ASC_FEATURE_SIMD) {
      const m = f64x2.splat(mean);
      let sums = f64x2.splat(0);
      for (; o + 16 <= width; o += 16) {
        const s = v128.load(y + o);
        const low = f64x2.sub(f64x2.promote_low_f32x4(s), m);
        const high = f64x2.sub(f64x2.promote_low_f32x4(v128.shuffle<u64>(s, s, 1, 0)), m);
        sums = f64x2.add(sums, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)));
      }
      squares = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
    }
    for (; o < width; o += 4) {
      const s = <f64>load<f32>(y + o) - mean;
      squares += s * s;
    }
    const factor = <f32>(1 / Math.sqrt(squares / <f64>d + epsilon));
    const middle = <f32>mean;
    o = 0;
    if (ASC_FEATURE_SIMD) {
      const f = f32x4.splat(factor);
      const m = f32x4.splat(middle);
      for (; o + 16 <= width; o += 16) {
        const s = f32x4.mul(f32x4.mul(f32x4.sub(v128.load(y + o), m), f), v128.load(p + o));
        v128.store(y + o, f32x4.add(s, v128.load(p + width + o)));
      }
    }
    for (; o < width; o += 4) {
      store<f32>(y + o, (load<f32>(y + o) - middle) * factor * load<f32>(p + o) + load<f32>(p + width + o));
    }
  }
}
