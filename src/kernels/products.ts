import { type Matrix, matrix } from '../matrix.ts';
import type { Arena } from './arena.ts';
import { checkEqual } from './check.ts';
import { withF32, withHeld } from './held.ts';
import type { Resident } from './kernels.ts';
import { blockRows } from './rows.ts';

/** Depth that gemm sums from zero before it adds: blocks of whole multiples leave the result as it is. */
const DEPTH = 256;

/** Up to so many rows, packing B costs more than it saves (384 × 384, measured); the sums are the same bit for bit. */
const FEW = 4;

export function dotF32(arena: Arena, x: Float32Array, y: Float32Array): number {
  checkEqual('dot: length of y', x.length, y.length);
  return arena.scratch([x.length * 4, y.length * 4], (a, b) => {
    arena.f32(a!, x.length).set(x);
    arena.f32(b!, y.length).set(y);
    return arena.exports.dot_f32(a!, b!, x.length);
  });
}

export function axpyF32(arena: Arena, a: number, x: Float32Array, y: Float32Array): Float32Array {
  checkEqual('axpy: length of y', x.length, y.length);
  return arena.scratch([x.length * 4, y.length * 4], (xs, ys) => {
    arena.f32(xs!, x.length).set(x);
    arena.f32(ys!, y.length).set(y);
    arena.exports.axpy_f32(a, xs!, ys!, ys!, x.length);
    return arena.f32(ys!, y.length).slice();
  });
}

export function gemvF32(arena: Arena, A: Matrix | Resident, x: Float32Array): Float32Array {
  checkEqual('gemv: length of x', A.dims, x.length);
  return withHeld(arena, A, (held) => {
    const at = held.at(arena);
    const { rows, dims } = held;
    const step = held.dtype === 'f32' ? Math.max(1, rows) : Math.min(Math.max(1, rows), blockRows(dims));
    const wide = held.dtype === 'f32' ? 0 : step * dims * 4;
    return arena.scratch([dims * 4, rows * 4, wide], (xs, y, block) => {
      arena.f32(xs!, dims).set(x);
      for (let i = 0; i < rows; i += step) {
        const n = Math.min(step, rows - i);
        if (held.dtype === 'int8') arena.exports.dequantize_i8(at + i * dims, held.scales + i * 4, block!, n, dims);
        arena.exports.gemv_f32(held.dtype === 'f32' ? at : block!, xs!, y! + i * 4, n, dims);
      }
      return arena.f32(y!, rows).slice();
    });
  });
}

export interface GemmOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

export function gemmF32(arena: Arena, A: Matrix, B: Matrix | Resident, options: GemmOptions = {}): Matrix {
  const { transposeA = false, transposeB = false } = options;
  const [m, k] = transposeA ? [A.dims, A.rows] : [A.rows, A.dims];
  const [depth, n] = transposeB ? [B.dims, B.rows] : [B.rows, B.dims];
  checkEqual('gemm: inner width of B', k, depth);
  const C = matrix(m, n);
  if (C.data.length === 0 || k === 0) return C;
  if (transposeA) tallProduct(arena, A, B, C, transposeB);
  else withF32(arena, B, (b) => rowsProduct(arena, A, b, C, transposeB));
  return C;
}

/** C = A·B or A·Bᵀ with B resident at b: rows of A and C pass through in blocks. */
function rowsProduct(arena: Arena, A: Matrix, b: number, C: Matrix, transposeB: boolean): void {
  const { exports } = arena;
  const [k, n] = [A.dims, C.dims];
  const step = Math.min(A.rows, Math.max(64, blockRows(Math.max(k, n))));
  const few = A.rows <= FEW && !transposeB;
  const scratchBytes = few ? 0 : exports.gemm_scratch_bytes();
  arena.scratch([step * k * 4, step * n * 4, scratchBytes], (a, c, scratch) => {
    for (let i = 0; i < A.rows; i += step) {
      const rows = Math.min(step, A.rows - i);
      arena.f32(a!, rows * k).set(A.data.subarray(i * k, (i + rows) * k));
      if (few) for (let j = 0; j < rows; j++) exports.gemv_t_f32(b, a! + j * k * 4, c! + j * n * 4, k, n);
      else exports.gemm_f32(a!, k, 1, b, transposeB ? 1 : n, transposeB ? k : 1, c!, rows, n, k, 0, scratch!);
      C.data.set(arena.f32(c!, rows * n), i * n);
    }
  });
}

/** C = Aᵀ·B or Aᵀ·Bᵀ: C stays, rows of A (and of B, when it is not resident and not transposed) pass through in blocks. */
function tallProduct(arena: Arena, A: Matrix, B: Matrix | Resident, C: Matrix, transposeB: boolean): void {
  const { exports } = arena;
  const [m, k, n] = [A.dims, A.rows, C.dims];
  const step = Math.min(k, Math.max(1, Math.floor(blockRows(m) / DEPTH)) * DEPTH);
  const stream = !transposeB && !('free' in B);
  const run = (whole: number | null) =>
    arena.scratch(
      [step * m * 4, m * n * 4, exports.gemm_scratch_bytes(), stream ? step * n * 4 : 0],
      (a, c, scratch, block) => {
        for (let p = 0; p < k; p += step) {
          const rows = Math.min(step, k - p);
          arena.f32(a!, rows * m).set(A.data.subarray(p * m, (p + rows) * m));
          if (stream) arena.f32(block!, rows * n).set(B.data.subarray(p * n, (p + rows) * n));
          const b = whole === null ? block! : whole + (transposeB ? p : p * n) * 4;
          const strides = transposeB ? [1, k] : [n, 1];
          exports.gemm_f32(a!, 1, m, b, ...strides, c!, m, n, rows, p > 0 ? 1 : 0, scratch!);
        }
        C.data.set(arena.f32(c!, m * n));
      },
    );
  if (stream) run(null);
  else withF32(arena, B, run);
}
