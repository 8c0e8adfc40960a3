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
