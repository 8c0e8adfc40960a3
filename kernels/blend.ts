import { addSquares, combine, fillNaN, normalizeRow, sum2, usual } from './_rows';

/** The blend has vanished when its length is below this share of its first term's. */
const VANISHED: f64 = 1e-6;

/** The same row in f64 throughout: decides whether the blend vanished, and serves lengths that f32 cannot express. */
function blendRowF64(h: usize, t: usize, y: usize, d: i32, a: f64, b: f64): i32 {
  let squares: f64 = 0;
  let own: f64 = 0;
  for (let i = 0; i < d; i++) {
    const o = (<usize>i) << 2;
    const first = a * <f64>load<f32>(h + o);
    const v = first + b * <f64>load<f32>(t + o);
    squares += v * v;
    own += first * first;
  }
  if (!(squares <= f64.MAX_VALUE)) {
    fillNaN(y, d);
    return 0;
  }
  if (squares <= VANISHED * VANISHED * own) {
    normalizeRow(h, y, d);
    return 1;
  }
  const inverse = 1 / Math.sqrt(squares);
  for (let i = 0; i < d; i++) {
    const o = (<usize>i) << 2;
    store<f32>(y + o, <f32>(inverse * (a * <f64>load<f32>(h + o) + b * <f64>load<f32>(t + o))));
  }
  return 0;
}

function blendRow(h: usize, t: usize, y: usize, d: i32, alpha: f32): i32 {
  const a = <f32>(1 - <f64>alpha);
  let squares: f64 = 0;
  let own: f32 = 0; // ‖(1 − α)h‖², roughly: it only tells which rows need the careful path
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    const av = f32x4.splat(a);
    const bv = f32x4.splat(alpha);
    let sums = f64x2.splat(0);
    let more = f64x2.splat(0);
    let owns = f32x4.splat(0);
    for (; i + 8 <= d; i += 8) {
      const o = (<usize>i) << 2;
      const h0 = f32x4.mul(av, v128.load(h + o));
      const h1 = f32x4.mul(av, v128.load(h + o, 16));
      owns = f32x4.add(owns, f32x4.add(f32x4.mul(h0, h0), f32x4.mul(h1, h1)));
      sums = addSquares(sums, f32x4.add(h0, f32x4.mul(bv, v128.load(t + o))));
      more = addSquares(more, f32x4.add(h1, f32x4.mul(bv, v128.load(t + o, 16))));
    }
    squares = sum2(f64x2.add(sums, more));
    own = f32x4.extract_lane(owns, 0) + f32x4.extract_lane(owns, 1) + f32x4.extract_lane(owns, 2) + f32x4.extract_lane(owns, 3);
  }
  for (; i < d; i++) {
    const o = (<usize>i) << 2;
    const first = a * load<f32>(h + o);
    const v = <f64>(first + alpha * load<f32>(t + o));
    squares += v * v;
    own += first * first;
  }
  const length = Math.sqrt(squares);
  if (usual(length) && squares > 1e-6 * <f64>own) {
    const inverse = 1 / length;
    combine(<f32>(inverse * <f64>a), h, <f32>(inverse * <f64>alpha), t, y, d);
    return 0;
  }
  return blendRowF64(h, t, y, d, <f64>a, <f64>alpha);
}

/**
 * Weighted sum of two rows, brought to unit length. Returns the number of rows whose blend vanished.
 *
 *   y = normalise((1 − α)·h + α·t);   y = normalise(h) where ‖(1 − α)h + αt‖ ≤ 1e-6·‖(1 − α)h‖
 *
 * Shape   h (n, d) · t (n, d) · y (n, d), f32 row-major
 * Unit    α in 0 … 1; for unit rows y lies on the great-circle arc from h to t
 * Edge    α = 0 gives normalise(h), α = 1 gives normalise(t), bit for bit; α = 1 with t = 0 gives normalise(h);
 *         a row where h, t or α has NaN or ±Infinity becomes NaN throughout; y may be h or t
 * Error   per entry |Δ| ≤ 8u·‖w‖·w, w = (|(1 − α)h| + |αt|)/ℓ, ℓ the length before normalising
 */
export function blend_f32(h: usize, t: usize, y: usize, n: i32, d: i32, alpha: f32): i32 {
  const stride = (<usize>d) << 2;
  let vanished = 0;
  for (let i = 0; i < n; i++) {
    vanished += blendRow(h, t, y, d, alpha);
    h += stride;
    t += stride;
    y += stride;
  }
  return vanished;
}
