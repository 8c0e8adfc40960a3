// Shared by the kernels that bring rows to unit length. Sums are kept in f64: f32 squares neither overflow nor vanish there.

/** Between these lengths a factor 1/length is safe in f32; outside, rows take the f64 path. */
export const SMALL: f64 = 1e-25;
export const LARGE: f64 = 1e25;

// @ts-ignore: decorator
@inline
export function usual(length: f64): bool {
  return length > SMALL && length < LARGE;
}

/** The four lanes' squares, added to two f64 sums. */
// @ts-ignore: decorator
@inline
export function addSquares(sums: v128, v: v128): v128 {
  const low = f64x2.promote_low_f32x4(v);
  const high = f64x2.promote_low_f32x4(v128.shuffle<u64>(v, v, 1, 0));
  return f64x2.add(sums, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)));
}

// @ts-ignore: decorator
@inline
export function sum2(sums: v128): f64 {
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}

/** Σ x² */
export function sumSquares(x: usize, d: i32): f64 {
  let total: f64 = 0;
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    let a = f64x2.splat(0);
    let b = f64x2.splat(0);
    for (; i + 8 <= d; i += 8) {
      const at = x + ((<usize>i) << 2);
      a = addSquares(a, v128.load(at));
      b = addSquares(b, v128.load(at, 16));
    }
    total = sum2(f64x2.add(a, b));
  } else {
    let a: f64 = 0;
    let b: f64 = 0;
    let c: f64 = 0;
    for (; i + 4 <= d; i += 4) {
      const at = x + ((<usize>i) << 2);
      const v0 = <f64>load<f32>(at);
      const v1 = <f64>load<f32>(at, 4);
      const v2 = <f64>load<f32>(at, 8);
      const v3 = <f64>load<f32>(at, 12);
      total += v0 * v0;
      a += v1 * v1;
      b += v2 * v2;
      c += v3 * v3;
    }
    total += a + (b + c);
  }
  for (; i < d; i++) {
    const v = <f64>load<f32>(x + ((<usize>i) << 2));
    total += v * v;
  }
  return total;
}

/** y = NaN throughout: the direction of a row with NaN or ±Infinity is not defined. */
export function fillNaN(y: usize, d: i32): void {
  for (let i = 0; i < d; i++) store<f32>(y + ((<usize>i) << 2), f32.NaN);
}

/** y = a·x + b·z */
export function combine(a: f32, x: usize, b: f32, z: usize, y: usize, d: i32): void {
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    const av = f32x4.splat(a);
    const bv = f32x4.splat(b);
    for (; i + 8 <= d; i += 8) {
      const o = (<usize>i) << 2;
      const low = f32x4.add(f32x4.mul(av, v128.load(x + o)), f32x4.mul(bv, v128.load(z + o)));
      const high = f32x4.add(f32x4.mul(av, v128.load(x + o, 16)), f32x4.mul(bv, v128.load(z + o, 16)));
      v128.store(y + o, low);
      v128.store(y + o, high, 16);
    }
  }
  for (; i < d; i++) {
    const o = (<usize>i) << 2;
    store<f32>(y + o, a * load<f32>(x + o) + b * load<f32>(z + o));
  }
}

/** y = a·x, the products in f32 */
export function scale(a: f32, x: usize, y: usize, d: i32): void {
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    const av = f32x4.splat(a);
    for (; i + 8 <= d; i += 8) {
      const o = (<usize>i) << 2;
      const low = f32x4.mul(av, v128.load(x + o));
      const high = f32x4.mul(av, v128.load(x + o, 16));
      v128.store(y + o, low);
      v128.store(y + o, high, 16);
    }
  }
  for (; i < d; i++) {
    const o = (<usize>i) << 2;
    store<f32>(y + o, a * load<f32>(x + o));
  }
}

/** y = x brought to unit length; zero stays zero, NaN or ±Infinity anywhere makes the row NaN. */
export function normalizeRow(x: usize, y: usize, d: i32): void {
  const squares = sumSquares(x, d);
  if (!(squares <= f64.MAX_VALUE)) {
    fillNaN(y, d);
    return;
  }
  const length = Math.sqrt(squares);
  if (usual(length)) {
    scale(<f32>(1 / length), x, y, d);
    return;
  }
  const inverse = squares == 0 ? 0 : 1 / length;
  for (let i = 0; i < d; i++) {
    const o = (<usize>i) << 2;
    store<f32>(y + o, <f32>(<f64>load<f32>(x + o) * inverse));
  }
}
