/** Columns whose sums stay in registers: eight vectors, what 16 registers leave room for. */
export const STRIP: i32 = 32;

/**
 * 32 sums at once: y = xᵀ·B, or y += xᵀ·B with `add`, for x (k) and 32 columns of B (k rows, `stride` bytes apart). Each sum
 * starts from zero and runs down the rows.
 *
 * One row of x and many columns, for so every vector of B is the memory operand of the product that uses it: 17 operations a
 * row, where a tile of 4 × 8 needs 22.
 */
export function strip(x: usize, b: usize, stride: usize, k: i32, y: usize, add: bool): void {
  if (ASC_FEATURE_SIMD) {
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let s4 = s0;
    let s5 = s0;
    let s6 = s0;
    let s7 = s0;
    for (let p = 0; p < k; p++, b += stride) {
      const v = v128.load32_splat(x + ((<usize>p) << 2));
      s0 = f32x4.add(s0, f32x4.mul(v, v128.load(b)));
      s1 = f32x4.add(s1, f32x4.mul(v, v128.load(b, 16)));
      s2 = f32x4.add(s2, f32x4.mul(v, v128.load(b, 32)));
      s3 = f32x4.add(s3, f32x4.mul(v, v128.load(b, 48)));
      s4 = f32x4.add(s4, f32x4.mul(v, v128.load(b, 64)));
      s5 = f32x4.add(s5, f32x4.mul(v, v128.load(b, 80)));
      s6 = f32x4.add(s6, f32x4.mul(v, v128.load(b, 96)));
      s7 = f32x4.add(s7, f32x4.mul(v, v128.load(b, 112)));
    }
    if (add) {
      s0 = f32x4.add(v128.load(y), s0);
      s1 = f32x4.add(v128.load(y, 16), s1);
      s2 = f32x4.add(v128.load(y, 32), s2);
      s3 = f32x4.add(v128.load(y, 48), s3);
      s4 = f32x4.add(v128.load(y, 64), s4);
      s5 = f32x4.add(v128.load(y, 80), s5);
      s6 = f32x4.add(v128.load(y, 96), s6);
      s7 = f32x4.add(v128.load(y, 112), s7);
    }
    v128.store(y, s0);
    v128.store(y, s1, 16);
    v128.store(y, s2, 32);
    v128.store(y, s3, 48);
    v128.store(y, s4, 64);
    v128.store(y, s5, 80);
    v128.store(y, s6, 96);
    v128.store(y, s7, 112);
  } else {
    for (let j = 0; j < STRIP; j++) {
      const o = (<usize>j) << 2;
      let at = b + o;
      let sum: f32 = 0;
      for (let p = 0; p < k; p++, at += stride) sum += load<f32>(x + ((<usize>p) << 2)) * load<f32>(at);
      store<f32>(y + o, add ? load<f32>(y + o) + sum : sum);
    }
  }
}

/**
 * The same for rows of x, `down` bytes apart, to rows of y, `across` bytes apart: bit for bit what `strip` gives for each.
 *
 * Two rows and half a strip at a time: a vector of B is read once for both. V8 makes twice the speed of it, JavaScriptCore a sixth more.
 */
export function strips(x: usize, down: usize, b: usize, stride: usize, k: i32, y: usize, across: usize, rows: i32, add: bool): void {
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    for (; i + 2 <= rows; i += 2, x += 2 * down, y += 2 * across) {
      for (let half: usize = 0; half < <usize>STRIP << 2; half += <usize>STRIP << 1) {
        let s0 = f32x4.splat(0);
        let s1 = s0;
        let s2 = s0;
        let s3 = s0;
        let t0 = s0;
        let t1 = s0;
        let t2 = s0;
        let t3 = s0;
        let at = b + half;
        const end = x + ((<usize>max(k, 0)) << 2);
        for (let p = x; p < end; p += 4, at += stride) {
          const v = v128.load32_splat(p);
          const w = v128.load32_splat(p + down);
          let c = v128.load(at);
          s0 = f32x4.add(s0, f32x4.mul(v, c));
          t0 = f32x4.add(t0, f32x4.mul(w, c));
          c = v128.load(at, 16);
          s1 = f32x4.add(s1, f32x4.mul(v, c));
          t1 = f32x4.add(t1, f32x4.mul(w, c));
          c = v128.load(at, 32);
          s2 = f32x4.add(s2, f32x4.mul(v, c));
          t2 = f32x4.add(t2, f32x4.mul(w, c));
          c = v128.load(at, 48);
          s3 = f32x4.add(s3, f32x4.mul(v, c));
          t3 = f32x4.add(t3, f32x4.mul(w, c));
        }
        const to = y + half;
        if (add) {
          s0 = f32x4.add(v128.load(to), s0);
          s1 = f32x4.add(v128.load(to, 16), s1);
          s2 = f32x4.add(v128.load(to, 32), s2);
          s3 = f32x4.add(v128.load(to, 48), s3);
          t0 = f32x4.add(v128.load(to + across), t0);
          t1 = f32x4.add(v128.load(to + across, 16), t1);
          t2 = f32x4.add(v128.load(to + across, 32), t2);
          t3 = f32x4.add(v128.load(to + across, 48), t3);
        }
        v128.store(to, s0);
        v128.store(to, s1, 16);
        v128.store(to, s2, 32);
        v128.store(to, s3, 48);
        v128.store(to + across, t0);
        v128.store(to + across, t1, 16);
        v128.store(to + across, t2, 32);
        v128.store(to + across, t3, 48);
      }
    }
  }
  for (; i < rows; i++, x += down, y += across) strip(x, b, stride, k, y, add);
}
