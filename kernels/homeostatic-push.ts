import { addSquares, combine, fillNaN, sum2, usual } from './_rows';

/** Below this distance from its centre a row is left as it is. */
const NEAR: f64 = 1e-6;

/** Σ (x + s·(x − c))², the inner difference and sum in f32 where the SIMD build has four lanes */
// @ts-ignore: decorator
@inline
function pushedSquares(x: usize, c: usize, s: f32, both: bool, d: i32): f64 {
  let total: f64 = 0;
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    const sv = f32x4.splat(s);
    let sums = f64x2.splat(0);
    let more = f64x2.splat(0);
    for (; i + 8 <= d; i += 8) {
      const o = (<usize>i) << 2;
      const x0 = v128.load(x + o);
      const x1 = v128.load(x + o, 16);
      let v0 = f32x4.sub(x0, v128.load(c + o));
      let v1 = f32x4.sub(x1, v128.load(c + o, 16));
      if (both) {
        v0 = f32x4.add(x0, f32x4.mul(sv, v0));
        v1 = f32x4.add(x1, f32x4.mul(sv, v1));
      }
      sums = addSquares(sums, v0);
      more = addSquares(more, v1);
    }
    total = sum2(f64x2.add(sums, more));
  }
  for (; i < d; i++) {
    const o = (<usize>i) << 2;
    const xi = load<f32>(x + o);
    const difference = xi - load<f32>(c + o);
    const v = <f64>(both ? xi + s * difference : difference);
    total += v * v;
  }
  return total;
}

/** The same row in f64 throughout: for lengths that f32 factors cannot express. */
function pushRowF64(x: usize, c: usize, y: usize, d: i32, eta: f64): void {
  let squares: f64 = 0;
  for (let i = 0; i < d; i++) {
    const o = (<usize>i) << 2;
    const difference = <f64>load<f32>(x + o) - <f64>load<f32>(c + o);
    squares += difference * difference;
  }
  const s = eta / Math.sqrt(squares);
  squares = 0;
  for (let i = 0; i < d; i++) {
    const o = (<usize>i) << 2;
    const xi = <f64>load<f32>(x + o);
    const v = xi + s * (xi - <f64>load<f32>(c + o));
    squares += v * v;
  }
  if (!(squares <= f64.MAX_VALUE)) {
    fillNaN(y, d);
    return;
  }
  const inverse = squares == 0 ? 0 : 1 / Math.sqrt(squares);
  for (let i = 0; i < d; i++) {
    const o = (<usize>i) << 2;
    const xi = <f64>load<f32>(x + o);
    store<f32>(y + o, <f32>(inverse * (xi + s * (xi - <f64>load<f32>(c + o)))));
  }
}

function pushRow(x: usize, c: usize, y: usize, d: i32, eta: f32): void {
  const distance = Math.sqrt(pushedSquares(x, c, 0, false, d));
  if (distance < NEAR) {
    for (let i = 0; i < d; i++) {
      const o = (<usize>i) << 2;
      store<f32>(y + o, load<f32>(x + o));
    }
    return;
  }
  if (usual(distance)) {
    const s = <f64>eta / distance;
    const length = Math.sqrt(pushedSquares(x, c, <f32>s, true, d));
    if (usual(length)) {
      const inverse = 1 / length;
      combine(<f32>(inverse * (1 + s)), x, <f32>(-inverse * s), c, y, d);
      return;
    }
  }
  pushRowF64(x, c, y, d, <f64>eta);
}

/**
 * Pushes each row away from its centre and brings it to unit length.
 *
 *   h = normalise(x + η·(x − c)/‖x − c‖),   h = x where ‖x − c‖ < 1e-6
 *
 * Shape   x (n, d) · c (n, d), one centre a row · h (n, d), f32 row-major
 * Unit    η in units of the unit sphere
 * Edge    a row where x, c or η has NaN or ±Infinity becomes NaN throughout; h may be x or c
 * Error   per entry |Δ| ≤ 8u·‖w‖·w, w = ((1 + s)|x| + s|c|)/ℓ, s = η/‖x − c‖, ℓ the length before normalising
 * Source  "homeostatic push" of Hybrid Teacher Distillation for ChelatedAI
 */
export function homeostatic_push_f32(x: usize, c: usize, h: usize, n: i32, d: i32, eta: f32): void {
  const stride = (<usize>d) << 2;
  for (let i = 0; i < n; i++) {
    pushRow(x, c, h, d, eta);
    x += stride;
    c += stride;
    h += stride;
  }
}
