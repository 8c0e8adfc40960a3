import { gemm, type Numbers } from './products.ts';

/** X·W + b, and with `gelu` the GELU of it, in f64. */
export function dense(X: Numbers, W: Numbers, b: ArrayLike<number>, gelu: boolean): Numbers & { data: Float64Array } {
  const { rows, dims, data } = gemm(X, W);
  for (let at = 0; at < data.length; at++) {
    const z = data[at]! + b[at % dims]!;
    data[at] = gelu ? 0.5 * z * (1 + erf(z * Math.SQRT1_2)) : z;
  }
  return { rows, dims, data };
}

/**
 * 2/√π·e^(−x²)·Σ 2ⁿx^(2n + 1)/(1·3·5·…·(2n + 1)): terms of one sign, so nothing cancels. Beyond 6 nothing is left to 1 in f64.
 *
 * Source  Abramowitz & Stegun 1964, 7.1.6
 */
export function erf(x: number): number {
  if (!(Math.abs(x) < 6)) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
