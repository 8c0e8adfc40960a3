/** Unit roundoff of f32: one rounded operation is off by at most this share of its result. */
export const u = 2 ** -24;
export const uF64 = 2 ** -53;
/** Least denormal f32: what a rounding near zero may lose besides. */
export const least = 2 ** -149;

/**
 * The constants c of the bounds c·u·Σ|x_i·y_i| (and their like) that kernels/README.md states.
 * An entry summed one after the other is rounded once a product and once a sum: m terms give m + 1, a factor or two more each one more.
 */
export const constants = {
  /** One product by a factor that was itself rounded; the length is f64. */
  normalize: 3,
  /** f32 factors, two products, one sum; the length is of f32 rows: ‖w‖ carries what that costs. */
  push: 8,
  blend: 8,
  /** Four lanes of ⌈d/4⌉ terms, two sums of lanes, a tail of at most three, its sum. */
  dot: (d: number) => Math.ceil(d / 4) + 5,
  /** A product of sums of m entries. */
  contextDots: (d: number, m: number) => Math.ceil(d / 4) + m + 6,
  /** Blocks of 256 summed from zero, then added. */
  gemm: (k: number) => Math.min(k, 256) + Math.ceil(k / 256) + 1,
  axpy: 2,
  /** int8 rows: the weight takes the scale, and the scaled row that is compared with was itself rounded. */
  gather: (m: number) => m + 1,
  gatherInt8: (m: number) => m + 3,
  centroid: (m: number) => m + 2,
  centroidInt8: (m: number) => m + 4,
  dequantize: 1,
  columnSquares: (n: number) => n,
  /** Scores in −d … d, each off by (d + 3)u·d at most, which shares feel twice; then a sum over t tokens. */
  attention: (t: number, d: number) => 2 * (d + 3) * Math.max(1, d / 3) + 2 * t + 12,
  /** A rounded sum, mean and factor, and three operations more. */
  addNorm: 6,
};

/** How far a GELU of f32 is off beside what its argument is: absolutely by the fit, near zero by sixteen roundings. */
export const gelu = {
  bound: (z: number) => Math.min(6e-7 + 2 * u * Math.abs(z), 24 * u * Math.abs(z)) + least,
  /** The steepest that it gets. */
  slope: 1.13,
};

/** Where `got` leaves the bound, else null. NaN must meet NaN, and an infinity itself. */
export function offBound(got: ArrayLike<number>, expected: ArrayLike<number>, bound: ArrayLike<number>): string | null {
  if (got.length !== expected.length) return `expected ${expected.length} numbers, got ${got.length}`;
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [got[i]!, expected[i]!];
    if (Object.is(a, b) || a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    if (!(Math.abs(a - b) <= bound[i]!)) return `at ${i}: expected ${b} ± ${bound[i]}, got ${a}`;
  }
  return null;
}
