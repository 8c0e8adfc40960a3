import { dot, sum4 } from './_dot';
import { entryAt } from './_gather';

/**
 * For each entry of sparse rows the product of the table's row that it names and the vector of the sparse row that it stands in.
 *
 *   out_e = table[ids[e]] · q_i,   e in offsets[i] … offsets[i + 1]
 *
 * Shape   table (rows, d) f32 row-major · ids (entries) u32 · offsets (n + 1) u32 · q (n, d) · out (entries)
 * Edge    an id ≥ rows gives NaN; offsets are read no further than `entries`; NaN in, NaN out
 * Error   per entry |Δ| ≤ (⌈d/4⌉ + 5)·u·Σ|table·q|
 */
export function bag_dots_f32(
  table: usize, rows: u32, ids: usize, offsets: usize, entries: u32, q: usize, out: usize, n: i32, d: i32,
): void {
  const stride = (<usize>d) << 2;
  for (let i = 0; i < n; i++, q += stride) {
    const to = entryAt(offsets, i + 1, entries);
    for (let e = entryAt(offsets, i, entries); e < to; e++) {
      const id = load<u32>(ids + ((<usize>e) << 2));
      store<f32>(out + ((<usize>e) << 2), id < rows ? dot(table + (<usize>id) * stride, q, d) : f32.NaN);
    }
  }
}

/**
 * The same over int8 rows, each with one f32 scale: row t is scales[t] · table[t].
 *
 * Error   per entry |Δ| ≤ (⌈d/4⌉ + 17)·u·Σ|scales·table·q|
 */
export function bag_dots_i8(
  table: usize, scales: usize, rows: u32, ids: usize, offsets: usize, entries: u32, q: usize, out: usize, n: i32, d: i32,
): void {
  const stride = (<usize>d) << 2;
  for (let i = 0; i < n; i++, q += stride) {
    const to = entryAt(offsets, i + 1, entries);
    for (let e = entryAt(offsets, i, entries); e < to; e++) {
      const id = load<u32>(ids + ((<usize>e) << 2));
      let product = f32.NaN;
      if (id < rows) product = dotI8(table + (<usize>id) * (<usize>d), load<f32>(scales + ((<usize>id) << 2)), q, d);
      store<f32>(out + ((<usize>e) << 2), product);
    }
  }
}

/** The scale goes to each number, as in `dequantize_i8`: an infinite one then does what it does there. */
function dotI8(x: usize, scale: f32, y: usize, d: i32): f32 {
  let sum: f32 = 0;
  let j = 0;
  if (ASC_FEATURE_SIMD) {
    const scalev = f32x4.splat(scale);
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (; j + 16 <= d; j += 16) {
      const bytes = v128.load(x + <usize>j);
      const low = i16x8.extend_low_i8x16_s(bytes);
      const high = i16x8.extend_high_i8x16_s(bytes);
      const at = y + ((<usize>j) << 2);
      s0 = f32x4.add(s0, f32x4.mul(f32x4.mul(scalev, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(low))), v128.load(at)));
      s1 = f32x4.add(s1, f32x4.mul(f32x4.mul(scalev, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(low))), v128.load(at, 16)));
      s2 = f32x4.add(s2, f32x4.mul(f32x4.mul(scalev, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(high))), v128.load(at, 32)));
      s3 = f32x4.add(s3, f32x4.mul(f32x4.mul(scalev, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(high))), v128.load(at, 48)));
    }
    sum = sum4(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
  } else {
    let s0: f32 = 0;
    let s1: f32 = 0;
    let s2: f32 = 0;
    let s3: f32 = 0;
    for (; j + 4 <= d; j += 4) {
      const at = y + ((<usize>j) << 2);
      s0 += scale * <f32>load<i8>(x + <usize>j) * load<f32>(at);
      s1 += scale * <f32>load<i8>(x + <usize>j, 1) * load<f32>(at, 4);
      s2 += scale * <f32>load<i8>(x + <usize>j, 2) * load<f32>(at, 8);
      s3 += scale * <f32>load<i8>(x + <usize>j, 3) * load<f32>(at, 12);
    }
    sum = s0 + s1 + (s2 + s3);
  }
  for (; j < d; j++) sum += scale * <f32>load<i8>(x + <usize>j) * load<f32>(y + ((<usize>j) << 2));
  return sum;
}
