import { axpyColumns, columnSquares, xpbyColumns } from '../../../src/kernels/reference/columns.ts';
import { axpy, dot, gemm, gemv } from '../../../src/kernels/reference/products.ts';
import { matrix } from '../../../src/matrix.ts';
import { constants, least, u, uF64 } from '../../helpers/tolerance.ts';
import type { Fill, KernelCase } from './buffers.ts';
import { ordinary } from './fills.ts';

/** Rows: one block of four and a rest. The second operand is ordinary, so that huge products stay in range. */
const N = 6;
const GEMM_SCRATCH = 327_808;
const abs = (x: Float32Array) => x.map(Math.abs);

export function dotCase(d: number, fill: Fill): KernelCase {
  const [x, y] = [fill(d, 1), ordinary(d, 2)];
  const returns = { expected: dot(x, y), bound: constants.dot(d) * u * dot(abs(x), abs(y)) + (d + 1) * least };
  return {
    buffers: { x: { role: 'in', data: x }, y: { role: 'in', data: y } },
    calls: [{ export: 'dot_f32', arguments: ['x', 'y', d], returns }],
  };
}

export function axpyCase(d: number, fill: Fill): KernelCase {
  const [x, y, a] = [fill(d, 1), ordinary(d, 2), Math.fround(0.7)];
  const expected = axpy(a, x, y);
  const bound = axpy(a, abs(x), abs(y)).map((v) => constants.axpy * u * v + 2 * least);
  return {
    buffers: {
      x: { role: 'in', data: x },
      y: { role: 'in', data: y },
      out: { role: 'out', type: 'f32', expected, bound },
    },
    calls: [{ export: 'axpy_f32', arguments: [a, 'x', 'y', 'out', d] }],
  };
}

export function gemvCase(d: number, fill: Fill): KernelCase {
  const [a, x] = [fill(N * d, 1), ordinary(d, 2)];
  const expected = gemv(matrix(N, d, a), x);
  const bound = gemv(matrix(N, d, abs(a)), abs(x)).map((v) => constants.dot(d) * u * v + (d + 1) * least);
  return {
    buffers: {
      a: { role: 'in', data: a },
      x: { role: 'in', data: x },
      y: { role: 'out', type: 'f32', expected, bound },
    },
    calls: [{ export: 'gemv_f32', arguments: ['a', 'x', 'y', N, d] }],
  };
}

export function gemvTransposedCase(d: number, fill: Fill): KernelCase {
  const [a, x] = [fill(N * d, 1), ordinary(N, 2)];
  const product = (A: Float32Array, X: Float32Array) => gemm(matrix(1, N, X), matrix(N, d, A)).data;
  const bound = product(abs(a), abs(x)).map((v) => constants.gemm(N) * u * v + (N + 1) * least);
  return {
    buffers: {
      a: { role: 'in', data: a },
      x: { role: 'in', data: x },
      y: { role: 'out', type: 'f32', expected: product(a, x), bound },
    },
    calls: [{ export: 'gemv_t_f32', arguments: ['a', 'x', 'y', N, d] }],
  };
}

/** A (m, k) · B (k, n) as one of the three is d and the others are small; transposed ones are stored the other way round. */
export function gemmCase(
  [m, k, n]: readonly [number, number, number],
  fill: Fill,
  { transposeA = false, transposeB = false, accumulate = false } = {},
): KernelCase {
  const [a, b] = [fill(m * k, 1), ordinary(k * n, 2)];
  const c = accumulate ? ordinary(m * n, 3) : new Float32Array(m * n);
  const product = (x: Float32Array, y: Float32Array) => {
    const A = transposeA ? matrix(k, m, x) : matrix(m, k, x);
    const B = transposeB ? matrix(n, k, y) : matrix(k, n, y);
    return gemm(A, B, { transposeA, transposeB }).data;
  };
  const expected = product(a, b).map((v, i) => v + c[i]!);
  const bound = product(abs(a), abs(b)).map(
    (v, i) => (constants.gemm(k) + 1) * u * (v + Math.abs(c[i]!)) + (k + 1) * least,
  );
  const [aStrides, bStrides] = [transposeA ? [1, m] : [k, 1], transposeB ? [1, k] : [n, 1]];
  return {
    buffers: {
      a: { role: 'in', data: a },
      b: { role: 'in', data: b },
      c: accumulate ? { role: 'inout', data: c, expected, bound } : { role: 'out', type: 'f32', expected, bound },
      scratch: { role: 'state', bytes: GEMM_SCRATCH },
    },
    calls: [
      {
        export: 'gemm_f32',
        arguments: ['a', ...aStrides, 'b', ...bStrides, 'c', m, n, k, accumulate ? 1 : 0, 'scratch'],
      },
    ],
  };
}

export function columnSquaresCase(d: number, fill: Fill): KernelCase {
  const x = fill(70 * d, 1); // more rows than the kernel's chunk of 64
  const expected = columnSquares(matrix(70, d, x));
  const bound = expected.map((v) => constants.columnSquares(70) * uF64 * v);
  return {
    buffers: { x: { role: 'in', data: x }, out: { role: 'out', type: 'f64', expected, bound } },
    calls: [{ export: 'column_squares_f32', arguments: ['x', 'out', 70, d] }],
  };
}

export function axpyColumnsCase(d: number, fill: Fill): KernelCase {
  const [a, x, y] = [ordinary(d, 3), fill(N * d, 1), ordinary(N * d, 2)];
  const [X, Y] = [matrix(N, d, x), matrix(N, d, y)];
  const sums = axpyColumns(abs(a), matrix(N, d, abs(x)), matrix(N, d, abs(y)));
  const bound = sums.map((v) => constants.axpy * u * v + 2 * least);
  return {
    buffers: {
      a: { role: 'in', data: a },
      x: { role: 'in', data: x },
      y: { role: 'inout', data: y, expected: axpyColumns(a, X, Y), bound },
    },
    calls: [{ export: 'axpy_columns_f32', arguments: ['a', 'x', 'y', N, d] }],
  };
}

export function xpbyColumnsCase(d: number, fill: Fill): KernelCase {
  const [x, b, y] = [fill(N * d, 1), ordinary(d, 3), ordinary(N * d, 2)];
  const [X, Y] = [matrix(N, d, x), matrix(N, d, y)];
  const sums = xpbyColumns(matrix(N, d, abs(x)), abs(b), matrix(N, d, abs(y)));
  const bound = sums.map((v) => constants.axpy * u * v + 2 * least);
  return {
    buffers: {
      x: { role: 'in', data: x },
      b: { role: 'in', data: b },
      y: { role: 'inout', data: y, expected: xpbyColumns(X, b, Y), bound },
    },
    calls: [{ export: 'xpby_columns_f32', arguments: ['x', 'b', 'y', N, d] }],
  };
}
