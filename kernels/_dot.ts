// Inner products. Four lanes, one running sum each, then the tail: every kernel that ranks or multiplies by rows adds in this one order,
// so a score does not depend on which kernel, which batch or which neighbour it was computed with.

// @ts-ignore: decorator
@inline
export function sum4(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

export function dotTail(x: usize, y: usize, i: i32, d: i32): f32 {
  let sum: f32 = 0;
  for (; i < d; i++) {
    const o = (<usize>i) << 2;
    sum += load<f32>(x + o) * load<f32>(y + o);
  }
  return sum;
}

/** Σ x_i·y_i */
export function dot(x: usize, y: usize, d: i32): f32 {
  if (ASC_FEATURE_SIMD) {
    const whole = d & ~3;
    let sums = f32x4.splat(0);
    for (let i = 0; i < whole; i += 4) {
      const o = (<usize>i) << 2;
      sums = f32x4.add(sums, f32x4.mul(v128.load(x + o), v128.load(y + o)));
    }
    return sum4(sums) + dotTail(x, y, whole, d);
  }
  let s0: f32 = 0;
  let s1: f32 = 0;
  let s2: f32 = 0;
  let s3: f32 = 0;
  const whole = d & ~3;
  for (let i = 0; i < whole; i += 4) {
    const a = x + ((<usize>i) << 2);
    const b = y + ((<usize>i) << 2);
    s0 += load<f32>(a) * load<f32>(b);
    s1 += load<f32>(a, 4) * load<f32>(b, 4);
    s2 += load<f32>(a, 8) * load<f32>(b, 8);
    s3 += load<f32>(a, 12) * load<f32>(b, 12);
  }
  return s0 + s1 + (s2 + s3) + dotTail(x, y, whole, d);
}

/**
 * out[0 … 3] = x · (the four rows from a on). `ahead` is where the next four rows start (or a itself, at the end): reading one word of
 * each of their lines on the way has them come while these are added up, which is three times as fast out of cache.
 * The words are stored, and overwritten, so that no compiler takes the reads away.
 */
export function dotFourRows(a: usize, x: usize, out: usize, d: i32, ahead: usize): void {
  const stride = (<usize>d) << 2;
  if (ASC_FEATURE_SIMD) {
    const whole = d & ~3;
    const b = a + stride;
    const c = b + stride;
    const e = c + stride;
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let touched = 0;
    for (let i = 0; i < whole; i += 4) {
      const o = (<usize>i) << 2;
      const v = v128.load(x + o);
      touched |= load<i32>(ahead + (o << 2));
      s0 = f32x4.add(s0, f32x4.mul(v128.load(a + o), v));
      s1 = f32x4.add(s1, f32x4.mul(v128.load(b + o), v));
      s2 = f32x4.add(s2, f32x4.mul(v128.load(c + o), v));
      s3 = f32x4.add(s3, f32x4.mul(v128.load(e + o), v));
    }
    store<i32>(out, touched);
    store<f32>(out, sum4(s0) + dotTail(a, x, whole, d));
    store<f32>(out, sum4(s1) + dotTail(b, x, whole, d), 4);
    store<f32>(out, sum4(s2) + dotTail(c, x, whole, d), 8);
    store<f32>(out, sum4(s3) + dotTail(e, x, whole, d), 12);
  } else {
    for (let r = 0; r < 4; r++) store<f32>(out + ((<usize>r) << 2), dot(a + <usize>r * stride, x, d));
  }
}

/** Reads one word of each line of `bytes` bytes, so that they are near when they are needed; `out` takes what nobody wants. */
export function touch(at: usize, bytes: usize, out: usize): void {
  let touched = 0;
  for (let o: usize = 0; o + 4 <= bytes; o += 64) touched |= load<i32>(at + o);
  store<i32>(out, touched);
}

/** out[0 … 7] = (row 0 · the four queries from q on), (row 1 · the four queries) */
export function dotTwoByFour(a: usize, q: usize, out: usize, d: i32): void {
  const stride = (<usize>d) << 2;
  if (ASC_FEATURE_SIMD) {
    const whole = d & ~3;
    const b = a + stride;
    const q1 = q + stride;
    const q2 = q1 + stride;
    const q3 = q2 + stride;
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let t0 = s0;
    let t1 = s0;
    let t2 = s0;
    let t3 = s0;
    for (let i = 0; i < whole; i += 4) {
      const o = (<usize>i) << 2;
      const u = v128.load(a + o);
      const v = v128.load(b + o);
      let w = v128.load(q + o);
      s0 = f32x4.add(s0, f32x4.mul(u, w));
      t0 = f32x4.add(t0, f32x4.mul(v, w));
      w = v128.load(q1 + o);
      s1 = f32x4.add(s1, f32x4.mul(u, w));
      t1 = f32x4.add(t1, f32x4.mul(v, w));
      w = v128.load(q2 + o);
      s2 = f32x4.add(s2, f32x4.mul(u, w));
      t2 = f32x4.add(t2, f32x4.mul(v, w));
      w = v128.load(q3 + o);
      s3 = f32x4.add(s3, f32x4.mul(u, w));
      t3 = f32x4.add(t3, f32x4.mul(v, w));
    }
    store<f32>(out, sum4(s0) + dotTail(a, q, whole, d));
    store<f32>(out, sum4(s1) + dotTail(a, q1, whole, d), 4);
    store<f32>(out, sum4(s2) + dotTail(a, q2, whole, d), 8);
    store<f32>(out, sum4(s3) + dotTail(a, q3, whole, d), 12);
    store<f32>(out, sum4(t0) + dotTail(b, q, whole, d), 16);
    store<f32>(out, sum4(t1) + dotTail(b, q1, whole, d), 20);
    store<f32>(out, sum4(t2) + dotTail(b, q2, whole, d), 24);
    store<f32>(out, sum4(t3) + dotTail(b, q3, whole, d), 28);
  } else {
    for (let r = 0; r < 2; r++) {
      for (let k = 0; k < 4; k++) {
        store<f32>(out + ((<usize>(r * 4 + k)) << 2), dot(a + <usize>r * stride, q + <usize>k * stride, d));
      }
    }
  }
}
