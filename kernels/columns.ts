// What conjugate gradients for many right-hand sides at once need: one scalar a column.

/** Rows that stay in the nearest cache while strips of eight columns pass over them. */
const CHUNK: i32 = 64;

function addSquaresOf(x: usize, out: usize, n: i32, d: i32, stride: usize): void {
  let j = 0;
  if (ASC_FEATURE_SIMD) {
    for (; j + 8 <= d; j += 8) {
      const to = out + ((<usize>j) << 3);
      let s0 = v128.load(to);
      let s1 = v128.load(to, 16);
      let s2 = v128.load(to, 32);
      let s3 = v128.load(to, 48);
      let at = x + ((<usize>j) << 2);
      for (let i = 0; i < n; i++, at += stride) {
        const v = v128.load(at);
        const w = v128.load(at, 16);
        const v0 = f64x2.promote_low_f32x4(v);
        const v1 = f64x2.promote_low_f32x4(v128.shuffle<u64>(v, v, 1, 0));
        const v2 = f64x2.promote_low_f32x4(w);
        const v3 = f64x2.promote_low_f32x4(v128.shuffle<u64>(w, w, 1, 0));
        s0 = f64x2.add(s0, f64x2.mul(v0, v0));
        s1 = f64x2.add(s1, f64x2.mul(v1, v1));
        s2 = f64x2.add(s2, f64x2.mul(v2, v2));
        s3 = f64x2.add(s3, f64x2.mul(v3, v3));
      }
      v128.store(to, s0);
      v128.store(to, s1, 16);
      v128.store(to, s2, 32);
      v128.store(to, s3, 48);
    }
  }
  for (; j < d; j++) {
    const to = out + ((<usize>j) << 3);
    let sum = load<f64>(to);
    let at = x + ((<usize>j) << 2);
    for (let i = 0; i < n; i++, at += stride) {
      const v = <f64>load<f32>(at);
      sum += v * v;
    }
    store<f64>(to, sum);
  }
}

/**
 * out_j = Σ_i x_ij², summed in f64.
 *
 * Shape   x (n, d) f32 row-major · out (d) f64
 * Edge    n = 0 gives zeros; NaN in, NaN in that column
 * Error   |Δ| ≤ n·2⁻⁵³·Σx²
 */
export function column_squares_f32(x: usize, out: usize, n: i32, d: i32): void {
  const stride = (<usize>d) << 2;
  for (let j = 0; j < d; j++) store<f64>(out + ((<usize>j) << 3), 0);
  for (let i = 0; i < n; i += CHUNK) {
    const rows = min(CHUNK, n - i);
    addSquaresOf(x, out, rows, d, stride);
    x += <usize>rows * stride;
  }
}

/**
 * y_ij += a_j·x_ij
 *
 * Shape   a (d) · x (n, d) · y (n, d), f32 row-major
 * Edge    NaN in, NaN out; y may be x
 * Error   |Δ| ≤ 2u·(|y| + |a·x|)
 */
export function axpy_columns_f32(a: usize, x: usize, y: usize, n: i32, d: i32): void {
  const stride = (<usize>d) << 2;
  for (let i = 0; i < n; i++, x += stride, y += stride) {
    let j = 0;
    if (ASC_FEATURE_SIMD) {
      for (; j + 4 <= d; j += 4) {
        const o = (<usize>j) << 2;
        v128.store(y + o, f32x4.add(v128.load(y + o), f32x4.mul(v128.load(a + o), v128.load(x + o))));
      }
    }
    for (; j < d; j++) {
      const o = (<usize>j) << 2;
      store<f32>(y + o, load<f32>(y + o) + load<f32>(a + o) * load<f32>(x + o));
    }
  }
}

/**
 * y_ij = x_ij + b_j·y_ij
 *
 * Shape   b (d) · x (n, d) · y (n, d), f32 row-major
 * Edge    NaN in, NaN out; y may be x
 * Error   |Δ| ≤ 2u·(|x| + |b·y|)
 */
export function xpby_columns_f32(x: usize, b: usize, y: usize, n: i32, d: i32): void {
  const stride = (<usize>d) << 2;
  for (let i = 0; i < n; i++, x += stride, y += stride) {
    let j = 0;
    if (ASC_FEATURE_SIMD) {
      for (; j + 4 <= d; j += 4) {
        const o = (<usize>j) << 2;
        v128.store(y + o, f32x4.add(v128.load(x + o), f32x4.mul(v128.load(b + o), v128.load(y + o))));
      }
    }
    for (; j < d; j++) {
      const o = (<usize>j) << 2;
      store<f32>(y + o, load<f32>(x + o) + load<f32>(b + o) * load<f32>(y + o));
    }
  }
}
