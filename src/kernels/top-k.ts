import { config } from '../config.ts';
import type { Matrix } from '../matrix.ts';
import type { Arena } from './arena.ts';
import { checkEqual, checkK } from './check.ts';
import { Chunks } from './chunks.ts';
import { Held, withHeld } from './held.ts';
import type { GrowingRows, Resident, TopK } from './kernels.ts';
import { blockRows } from './rows.ts';

export function topKF32(arena: Arena, index: Matrix | Resident | GrowingRows, Q: Matrix, wanted: number): TopK {
  checkEqual('topK: width of the queries', index.dims, Q.dims);
  checkK(wanted);
  const k = Math.min(wanted, index.rows);
  const indices = new Uint32Array(Q.rows * k);
  const scores = new Float32Array(Q.rows * k);
  const { topKQueries, topKBytes } = config.kernels;
  const step = Math.min(Q.rows, topKQueries, Math.max(1, Math.floor(topKBytes / (k * 8 + Q.dims * 4 + 1))));
  for (let i = 0; k > 0 && i < Q.rows; i += step) {
    const n = Math.min(step, Q.rows - i);
    arena.scratch([n * Q.dims * 4, n * k * 8, n * 4, 32, n * k * 4, n * k * 4], (q, keys, sizes, aside, rows, best) => {
      arena.f32(q!, n * Q.dims).set(Q.data.subarray(i * Q.dims, (i + n) * Q.dims));
      arena.u32(sizes!, n).fill(0);
      overBlocks(arena, index, (block, count, first) => {
        arena.exports.top_k_f32(block, count, Q.dims, first, q!, n, k, keys!, sizes!, aside!);
      });
      arena.exports.top_k_finish(keys!, sizes!, n, k, rows!, best!);
      indices.set(arena.u32(rows!, n * k), i * k);
      scores.set(arena.f32(best!, n * k), i * k);
    });
  }
  return { queries: Q.rows, k, indices, scores };
}

/** Visits the index as f32 rows in memory: at once where it lies there as f32, else a block at a time. */
function overBlocks(
  arena: Arena,
  index: Matrix | Resident | GrowingRows,
  visit: (block: number, count: number, first: number) => void,
): void {
  if (index instanceof Chunks) {
    index.visit(arena, visit);
    return;
  }
  if (index instanceof Held || 'free' in index) {
    withHeld(arena, index as Resident, (held) => {
      const at = held.at(arena);
      if (held.dtype === 'f32') visit(at, held.rows, 0);
      else overInt8(arena, held, at, visit);
    });
    return;
  }
  const { rows, dims } = index;
  const step = Math.min(rows, blockRows(dims));
  arena.scratch([step * dims * 4], (block) => {
    for (let i = 0; i < rows; i += step) {
      const count = Math.min(step, rows - i);
      arena.f32(block!, count * dims).set(index.data.subarray(i * dims, (i + count) * dims));
      visit(block!, count, i);
    }
  });
}

function overInt8(
  arena: Arena,
  held: Held,
  at: number,
  visit: (block: number, count: number, first: number) => void,
): void {
  const { rows, dims, scales } = held;
  const step = Math.min(rows, Math.max(8, Math.floor(blockRows(dims) / 16))); // widened rows stay in the nearest caches
  arena.scratch([step * dims * 4], (block) => {
    for (let i = 0; i < rows; i += step) {
      const count = Math.min(step, rows - i);
      arena.exports.dequantize_i8(at + i * dims, scales + i * 4, block!, count, dims);
      visit(block!, count, i);
    }
  });
}
