import { type Matrix, matrix } from '../matrix.ts';
import type { Arena } from './arena.ts';
import { checkEqual } from './check.ts';
import { withF32, withHeld } from './held.ts';
import type { Resident } from './kernels.ts';
import { rowsAtOnce, rowsOfCall } from './lanes.ts';
import { blockRows } from './rows.ts';

/** Depth that gemm sums from zero before it adds: blocks of whole multiples leave the result as it is. */
const DEPTH = 256;

/** Fewest rows of C that a call of gemm computes: each call packs B anew. */
const GEMM_ROWS = 64;

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
  const few = A.rows <= FEW && !transposeB;
  const lanes = arena.lanes(few ? 0 : A.rows * k * n);
  const [step, together] = rowsAtOnce(A.rows, lanes.count, Math.max(GEMM_ROWS, blockRows(Math.max(k, n))), GEMM_ROWS);
  const own = few ? 0 : exports.gemm_scratch_bytes();
  arena.scratch([together * k * 4, together * n * 4, lanes.count * own], (a, c, scratch) => {
    for (let i = 0; i < A.rows; i += together) {
      const end = Math.min(i + together, A.rows);
      for (let from = i; from < end; from += step) {
        const rows = Math.min(step, end - from);
        const [x, y] = [a! + (from - i) * k * 4, c! + (from - i) * n * 4];
        arena.f32(x, rows * k).set(A.data.subarray(from * k, (from + rows) * k));
        if (few) for (let j = 0; j < rows; j++) exports.gemv_t_f32(b, x + j * k * 4, y + j * n * 4, k, n);
        else {
          const strides = transposeB ? [1, k] : [n, 1];
          lanes.add('gemm_f32', [x, k, 1, b, ...strides, y, rows, n, k, 0, scratch!], [own]);
        }
      }
      lanes.finish();
      C.data.set(arena.f32(c!, (end - i) * n), i * n);
    }
  });
}

/** C = Aᵀ·B or Aᵀ·Bᵀ: C stays, rows of A (and of B, when it is not resident and not transposed) pass through in blocks. */
function tallProduct(arena: Arena, A: Matrix, B: Matrix | Resident, C: Matrix, transposeB: boolean): void {
  const { exports } = arena;
  const [m, k, n] = [A.dims, A.rows, C.dims];
  const step = Math.min(k, Math.max(1, Math.floor(blockRows(m) / DEPTH)) * DEPTH);
  const lanes = arena.lanes(m * k * n);
  const columns = rowsOfCall(m, lanes.count, m, GEMM_ROWS);
  const turns = lanes.count === 1 ? 1 : 2; // a block is copied in while threads work on the one before it
  const own = exports.gemm_scratch_bytes();
  const stream = !transposeB && !('free' in B);
  const run = (whole: number | null) =>
    arena.scratch(
      [turns * step * m * 4, m * n * 4, lanes.count * own, stream ? turns * step * n * 4 : 0],
      (a, c, scratch, block) => {
        for (let p = 0; p < k; p += step) {
          const rows = Math.min(step, k - p);
          const turn = (p / step) % turns;
          const x = a! + turn * step * m * 4;
          arena.f32(x, rows * m).set(A.data.subarray(p * m, (p + rows) * m));
          const b = whole === null ? block! + turn * step * n * 4 : whole + (transposeB ? p : p * n) * 4;
          if (stream) arena.f32(b, rows * n).set(B.data.subarray(p * n, (p + rows) * n));
          const strides = transposeB ? [1, k] : [n, 1];
          lanes.finish(); // the block before, which adds to the same C
          for (let i = 0; i < m; i += columns) {
            const part = [x + i * 4, 1, m, b, ...strides, c! + i * n * 4, Math.min(columns, m - i), n, rows];
            lanes.add('gemm_f32', [...part, p > 0 ? 1 : 0, scratch!], [own]);
          }
        }
        lanes.finish();
        C.data.set(arena.f32(c!, m * n));
      },
    );
  if (stream) run(null);
  else withF32(arena, B, run);
}
