import type { Matrix } from '../../matrix.ts';
import { checkEqual } from '../check.ts';

/** Σ x_i·y_i, in f64. */
export function dot(x: Float32Array, y: Float32Array): number {
  checkEqual('dot: length of y', x.length, y.length);
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}

/** y + a·x, in f64. */
export function axpy(a: number, x: Float32Array, y: Float32Array): Float64Array {
  checkEqual('axpy: length of y', x.length, y.length);
  return Float64Array.from(x, (value, i) => y[i]! + Math.fround(a) * value);
}

/** A·x, in f64. */
export function gemv(A: Matrix, x: Float32Array): Float64Array {
  checkEqual('gemv: length of x', A.dims, x.length);
  return Float64Array.from({ length: A.rows }, (_, i) => dot(A.data.subarray(i * A.dims, (i + 1) * A.dims), x));
}

/** A matrix, in f64 where it is what was computed before. */
export type Numbers = Pick<Matrix, 'rows' | 'dims'> & { readonly data: ArrayLike<number> };

/** A·B, either transposed on request, in f64. */
export function gemm(
  A: Numbers,
  B: Numbers,
  { transposeA = false, transposeB = false }: { transposeA?: boolean; transposeB?: boolean } = {},
): { rows: number; dims: number; data: Float64Array } {
  const [m, k] = transposeA ? [A.dims, A.rows] : [A.rows, A.dims];
  const [depth, n] = transposeB ? [B.dims, B.rows] : [B.rows, B.dims];
  checkEqual('gemm: inner width of B', k, depth);
  const data = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      const a = transposeA ? A.data[p * m + i]! : A.data[i * k + p]!;
      for (let j = 0; j < n; j++) data[i * n + j]! += a * (transposeB ? B.data[j * k + p]! : B.data[p * n + j]!);
    }
  }
  return { rows: m, dims: n, data };
}
