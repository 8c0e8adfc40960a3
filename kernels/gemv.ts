import { dot, dotFourRows } from './_dot';
import { STRIP, strip } from './_strip';

/** Rows of one block of gemv_t and of gemm: each block is summed from zero, then added. */
const BLOCK: i32 = 256;

/**
 * Σ x_i·y_i
 *
 * Shape   x (d) · y (d), f32
 * Edge    d = 0 gives 0; NaN in, NaN out
 * Error   |Δ| ≤ (⌈d/4⌉ + 5)·u·Σ|x_i·y_i|
 */
export function dot_f32(x: usize, y: usize, d: i32): f32 {
  return dot(x, y, d);
}

/**
 * out = y + a·x
 *
 * Shape   x (d) · y (d) · out (d), f32
 * Edge    NaN in, NaN out; out may be x or y
 * Error   |Δ| ≤ 2u·(|y| + |a·x|)
 */
export function axpy_f32(a: f32, x: usize, y: usize, out: usize, d: i32): void {
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    const av = f32x4.splat(a);
    for (; i + 4 <= d; i += 4) {
      const o = (<usize>i) << 2;
      v128.store(out + o, f32x4.add(v128.load(y + o), f32x4.mul(av, v128.load(x + o))));
    }
  }
  for (; i < d; i++) {
    const o = (<usize>i) << 2;
    store<f32>(out + o, load<f32>(y + o) + a * load<f32>(x + o));
  }
}

/**
 * y = A·x
 *
 * Shape   A (n, d) row-major · x (d) · y (n), f32
 * Edge    NaN in, NaN in the rows that meet it; y must not overlap A or x
 * Error   as dot_f32, row by row; each y_i equals dot_f32 of its row bit for bit
 */
export function gemv_f32(a: usize, x: usize, y: usize, n: i32, d: i32): void {
  const stride = (<usize>d) << 2;
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    dotFourRows(a, x, y, d, i + 8 <= n ? a + (stride << 2) : a);
    a += stride << 2;
    y += 16;
  }
  for (; i < n; i++) {
    store<f32>(y, dot(a, x, d));
    a += stride;
    y += 4;
  }
}

/**
 * y = Aᵀ·x
 *
 * Shape   A (n, d) row-major · x (n) · y (d), f32
 * Edge    n = 0 gives zeros; NaN in, NaN out; y must not overlap A or x
 * Error   |Δ| ≤ (min(n, 256) + ⌈n/256⌉ + 1)·u·Σ|A_ij·x_i|; equals a row of gemm_f32 bit for bit
 */
export function gemv_t_f32(a: usize, x: usize, y: usize, n: i32, d: i32): void {
  const stride = (<usize>d) << 2;
  for (let j = 0; j < d; j++) store<f32>(y + ((<usize>j) << 2), 0);
  for (let p = 0; p < n; p += BLOCK) {
    const rows = min(BLOCK, n - p);
    let j = 0;
    for (; j + STRIP <= d; j += STRIP) {
      const o = (<usize>j) << 2;
      strip(x, a + o, stride, rows, y + o, true);
    }
    if (ASC_FEATURE_SIMD) {
      for (; j + 4 <= d; j += 4) {
        const o = (<usize>j) << 2;
        let at = a + o;
        let sum = f32x4.splat(0);
        for (let i = 0; i < rows; i++, at += stride) {
          sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(x + ((<usize>i) << 2)), v128.load(at)));
        }
        v128.store(y + o, f32x4.add(v128.load(y + o), sum));
      }
    }
    for (; j < d; j++) {
      const o = (<usize>j) << 2;
      let at = a + o;
      let sum: f32 = 0;
      for (let i = 0; i < rows; i++, at += stride) sum += load<f32>(x + ((<usize>i) << 2)) * load<f32>(at);
      store<f32>(y + o, load<f32>(y + o) + sum);
    }
    a += <usize>rows * stride;
    x += (<usize>rows) << 2;
  }
}
