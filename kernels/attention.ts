import { STRIP } from './_strip';
import { dense_f32 } from './dense';

const ROWS: i32 = 64; // of Q, whose scores are in scratch together
const STRIP_BYTES: usize = (<usize>STRIP) << 2;

// @ts-ignore: decorator
@inline
function stripsOf(columns: i32): i32 {
  return (columns + STRIP - 1) / STRIP;
}

/** Bytes of scratch that attention_f32 takes for t tokens and a head of d dimensions. */
export function attention_scratch_bytes(t: i32, d: i32): usize {
  const wide = <usize>stripsOf(t);
  const deep = <usize>stripsOf(d);
  return (wide * <usize>d + deep * <usize>t + <usize>(ROWS + 1) * max(wide, deep) + <usize>ROWS * deep) * STRIP_BYTES;
}

// eˣ = 2ⁿ·e^r, |r| ≤ ½·ln 2; ln 2 in two parts, of which n times the first is exact. Polynomial: Moshier's Cephes, expf.
const LOG2_E: f32 = 1.44269504;
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;
const E2: f32 = 0.5;
const E3: f32 = 1.6666665459e-1;
const E4: f32 = 4.1665795894e-2;
const E5: f32 = 8.3334519073e-3;
const E6: f32 = 1.3981999507e-3;
const E7: f32 = 1.9875691500e-4;
const LEAST: f32 = -87; // below, eˣ is taken for 0

// @ts-ignore: decorator
@inline
function exp1(x: f32): f32 {
  if (!(x >= LEAST)) return x < LEAST ? 0 : x;
  const n = nearest(x * LOG2_E);
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  const p = ((((E7 * r + E6) * r + E5) * r + E4) * r + E3) * r + E2;
  return (p * r * r + r + 1) * reinterpret<f32>((<i32>n + 127) << 23);
}

// @ts-ignore: decorator
@inline
function exp4(x: v128): v128 {
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(LOG2_E)));
  const r = f32x4.sub(f32x4.sub(x, f32x4.mul(n, f32x4.splat(LN2_HIGH))), f32x4.mul(n, f32x4.splat(LN2_LOW)));
  let p = f32x4.add(f32x4.mul(f32x4.splat(E7), r), f32x4.splat(E6));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(E5));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(E4));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(E3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(E2));
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return v128.andnot(f32x4.mul(p, power), f32x4.lt(x, f32x4.splat(LEAST)));
}

/**
 * The t scores of a row, with their bias where there is one, as shares of 1.
 *
 * The row has room for a multiple of 4, whose rest is written too: so the sum has one order, however many tokens
 * without a share come behind, and a text the same vector in whatever batch.
 */
function softmax(y: usize, bias: usize, t: i32): void {
  const whole = ASC_FEATURE_SIMD ? t & ~3 : 0;
  let most: f32 = -f32.MAX_VALUE;
  if (ASC_FEATURE_SIMD) {
    let highest = f32x4.splat(most);
    for (let j = 0; j < whole; j += 4) {
      const o = (<usize>j) << 2;
      let v = v128.load(y + o);
      if (bias != 0) v = f32x4.add(v, v128.load(bias + o));
      v128.store(y + o, v);
      highest = f32x4.max(highest, v);
    }
    highest = f32x4.max(highest, v128.shuffle<f32>(highest, highest, 2, 3, 0, 1));
    most = max(f32x4.extract_lane(highest, 0), f32x4.extract_lane(highest, 1));
  }
  for (let j = whole; j < t; j++) {
    const o = (<usize>j) << 2;
    const v = bias == 0 ? load<f32>(y + o) : load<f32>(y + o) + load<f32>(bias + o);
    store<f32>(y + o, v);
    most = max(most, v);
  }
  if (ASC_FEATURE_SIMD) {
    const filled = (t + 3) & ~3;
    for (let j = t; j < filled; j++) store<f32>(y + ((<usize>j) << 2), f32.NEGATIVE_INFINITY);
    const end = y + ((<usize>filled) << 2);
    let sums = f32x4.splat(0);
    for (let at = y; at < end; at += 16) {
      const v = exp4(f32x4.sub(v128.load(at), f32x4.splat(most)));
      sums = f32x4.add(sums, v);
      v128.store(at, v);
    }
    sums = f32x4.add(sums, v128.shuffle<f32>(sums, sums, 2, 3, 0, 1));
    const share: f32 = 1 / (f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1));
    for (let at = y; at < end; at += 16) v128.store(at, f32x4.mul(v128.load(at), f32x4.splat(share)));
  } else {
    const end = y + ((<usize>t) << 2);
    let sum: f32 = 0;
    for (let at = y; at < end; at += 4) {
      const v = exp1(load<f32>(at) - most);
      sum += v;
      store<f32>(at, v);
    }
    const share: f32 = 1 / sum;
    for (let at = y; at < end; at += 4) store<f32>(at, load<f32>(at) * share);
  }
}

/**
 * One head of self-attention over one text.
 *
 *   Y = softmax(Q·Kᵀ + B)·V, row by row
 *
 * Shape   q (t, d), K `apart` floats behind it and V as far behind K, their rows `stride` floats apart; B (t, t), rows bias_stride
 *         floats apart (0: one row for all), at 0 where there is none; y (t, d), rows y_stride floats apart; f32
 * Edge    a share below e⁻⁸⁷ of a row's largest is 0, so −∞ in B takes a token out; NaN or +∞ in a row's scores makes the row NaN,
 *         and so does −∞ in all of them; y must not overlap the others
 * Memory  scratch: attention_scratch_bytes(t, d) bytes, contents irrelevant before and after
 */
export function attention_f32(
  q: usize, apart: usize, stride: usize, bias: usize, bias_stride: usize, y: usize, y_stride: usize, t: i32, d: i32, scratch: usize,
): void {
  if (t <= 0) return;
  const wide = stripsOf(t);
  const deep = stripsOf(d);
  const keys = scratch;
  const values = keys + <usize>(wide * d) * STRIP_BYTES;
  const zeros = values + <usize>(deep * t) * STRIP_BYTES;
  const scores = zeros + <usize>max(wide, deep) * STRIP_BYTES;
  const mixed = scores + <usize>(ROWS * max(wide, deep)) * STRIP_BYTES;
  const k = q + (apart << 2);
  const v = k + (apart << 2);
  for (let at = zeros; at < scores; at += 8) store<u64>(at, 0);
  // Kᵀ and V in strips of 32 columns, missing ones as zero.
  for (let j = 0; j < wide * STRIP; j++) {
    const to = keys + <usize>((j / STRIP) * d) * STRIP_BYTES + ((<usize>(j % STRIP)) << 2);
    const from = k + ((<usize>j * stride) << 2);
    for (let c = 0; c < d; c++) store<f32>(to + <usize>c * STRIP_BYTES, j < t ? load<f32>(from + ((<usize>c) << 2)) : 0);
  }
  for (let c = 0; c < deep * STRIP; c++) {
    const to = values + <usize>((c / STRIP) * t) * STRIP_BYTES + ((<usize>(c % STRIP)) << 2);
    const from = v + ((<usize>c) << 2);
    for (let j = 0; j < t; j++) store<f32>(to + <usize>j * STRIP_BYTES, c < d ? load<f32>(from + ((<usize>j * stride) << 2)) : 0);
  }
  const row = <usize>(wide * STRIP);
  const mixedRow = <usize>(deep * STRIP);
  for (let i = 0; i < t; i += ROWS) {
    const rows = min(ROWS, t - i);
    dense_f32(q + ((<usize>i * stride) << 2), stride, keys, zeros, scores, row, rows, wide, d, 0);
    for (let r = 0; r < rows; r++) {
      softmax(scores + ((<usize>r * row) << 2), bias == 0 ? 0 : bias + ((<usize>(i + r) * bias_stride) << 2), t);
    }
    dense_f32(scores, row, values, zeros, mixed, mixedRow, rows, deep, t, 0);
    for (let r = 0; r < rows; r++) {
      const from = mixed + ((<usize>r * mixedRow) << 2);
      const to = y + ((<usize>(i + r) * y_stride) << 2);
      for (let o: usize = 0; o < (<usize>d) << 2; o += 4) store<f32>(to + o, load<f32>(from + o));
    }
  }
}
