import type { Matrix } from '../../matrix.ts';

/** Σ_i x_ij² of each column, in f64. */
export function columnSquares(X: Matrix): Float64Array {
  const out = new Float64Array(X.dims);
  X.data.forEach((v, at) => {
    out[at % X.dims]! += v * v;
  });
  return out;
}

/** y_ij + a_j·x_ij, in f64. */
export function axpyColumns(a: Float32Array, X: Matrix, Y: Matrix): Float64Array {
  return Float64Array.from(Y.data, (y, at) => y + a[at % X.dims]! * X.data[at]!);
}

/** x_ij + b_j·y_ij, in f64. */
export function xpbyColumns(X: Matrix, b: Float32Array, Y: Matrix): Float64Array {
  return Float64Array.from(X.data, (x, at) => x + b[at % X.dims]! * Y.data[at]!);
}
