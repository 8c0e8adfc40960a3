import { STRIP, strips } from './_strip';

const ROWS: i32 = 64; // of x, that pass by a strip while it is in cache
const DEPTH: i32 = 256; // rows of a strip, 32 kB, summed from zero before they are added
const STRIP_BYTES: usize = (<usize>STRIP) << 2;

// erfc(|x|/√2) = q(|x|)⁻¹⁶; fitted for the least |Δ| of the GELU. Beyond |x| = 6 the power is so large that nothing is left of it.
const Q1: f32 = 0.049869097769260406;
const Q2: f32 = 0.02112751640379429;
const Q3: f32 = 0.0033132999669760466;
const Q4: f32 = -5.14763542014407e-6;
const Q5: f32 = 7.47849844628945e-5;
const Q6: f32 = -2.0731754375447053e-6;
const Q7: f32 = 8.168542535713641e-7;

/** ½·x·(1 + erf(x/√2)) of 32 numbers, in place. */
function geluStrip(y: usize): void {
  if (ASC_FEATURE_SIMD) {
    const two = f32x4.splat(2);
    const half = f32x4.splat(0.5);
    const one = f32x4.splat(1);
    for (let o: usize = 0; o < STRIP_BYTES; o += 16) {
      const x = v128.load(y + o);
      const a = f32x4.abs(x);
      let q = f32x4.add(f32x4.mul(f32x4.splat(Q7), a), f32x4.splat(Q6));
      q = f32x4.add(f32x4.mul(q, a), f32x4.splat(Q5));
      q = f32x4.add(f32x4.mul(q, a), f32x4.splat(Q4));
      q = f32x4.add(f32x4.mul(q, a), f32x4.splat(Q3));
      q = f32x4.add(f32x4.mul(q, a), f32x4.splat(Q2));
      q = f32x4.add(f32x4.mul(q, a), f32x4.splat(Q1));
      q = f32x4.add(f32x4.mul(q, a), one);
      q = f32x4.mul(q, q);
      q = f32x4.mul(q, q);
      q = f32x4.mul(q, q);
      q = f32x4.mul(q, q);
      const rest = f32x4.div(one, q);
      const share = v128.bitselect(rest, f32x4.sub(two, rest), f32x4.lt(x, f32x4.splat(0)));
      v128.store(y + o, f32x4.mul(f32x4.mul(half, x), share));
    }
  } else {
    for (let o: usize = 0; o < STRIP_BYTES; o += 4) {
      const x = load<f32>(y + o);
      const a: f32 = abs(x);
      let q: f32 = ((((((Q7 * a + Q6) * a + Q5) * a + Q4) * a + Q3) * a + Q2) * a + Q1) * a + 1;
      q *= q;
      q *= q;
      q *= q;
      q *= q;
      const rest: f32 = 1 / q;
      store<f32>(y + o, <f32>0.5 * x * (x < 0 ? rest : 2 - rest));
    }
  }
}

/**
 * A layer of a network: Y = X·W + b, and with `gelu` the GELU of it.
 *
 *   y_ij = g(b_j + Σ_p x_ip·w_pj), g(z) = ½·z·(1 + erf(z/√2)) or z itself
 *
 * Shape   x (m, k) · w (count, k, 32): strip s holds columns 32·s … 32·s + 31 of W · b (32·count) · y (m, 32·count), f32, rows of x
 *         and y with strides in floats
 * Edge    k = 0 gives g(b); NaN in, NaN out; g(∞) = ∞, g(−∞) = NaN as the formula has it; y must not overlap the others
 * Error   of the sum: |Δ| ≤ (min(k, 256) + ⌈k/256⌉ + 2)·u·(|b| + Σ|x·w|); of the GELU of z, beside it, |Δ| ≤ 6e-7 + 2u·|z|
 *         and ≤ 24u·|z|; a number of Y depends on its row and its column alone
 */
export function dense_f32(
  x: usize, x_stride: usize, w: usize, b: usize, y: usize, y_stride: usize, m: i32, count: i32, k: i32, gelu: i32,
): void {
  const down = x_stride << 2;
  const stride = y_stride << 2;
  for (let i = 0; i < m; i += ROWS) {
    const rows = min(ROWS, m - i);
    const from = x + <usize>i * down;
    for (let s = 0; s < count; s++) {
      const weights = w + <usize>s * <usize>max(k, 0) * STRIP_BYTES;
      const bias = b + <usize>s * STRIP_BYTES;
      const to = y + <usize>i * stride + <usize>s * STRIP_BYTES;
      for (let r = 0; r < rows; r++) {
        for (let o: usize = 0; o < STRIP_BYTES; o += 8) store<u64>(to + <usize>r * stride + o, load<u64>(bias + o));
      }
      for (let p = 0; p < k; p += DEPTH) {
        const depth = min(DEPTH, k - p);
        const block = weights + <usize>p * STRIP_BYTES;
        const at = from + ((<usize>p) << 2);
        strips(at, down, block, STRIP_BYTES, depth, to, stride, rows, true);
      }
      if (gelu != 0) for (let r = 0; r < rows; r++) geluStrip(to + <usize>r * stride);
    }
  }
}
