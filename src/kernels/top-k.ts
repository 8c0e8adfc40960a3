import { config } from '../config.ts';
import type { Matrix } from '../matrix.ts';
import type { Arena } from './arena.ts';
import { checkEqual, checkK } from './check.ts';
import { Chunks } from './chunks.ts';
import { Held, withHeld } from './held.ts';
import type { GrowingRows, Resident, TopK } from './kernels.ts';
import { type Lanes, rowsAtOnce, rowsOfCall } from './lanes.ts';
import { mergeLists } from './merge-lists.ts';
import { blockRows } from './rows.ts';

/** Rows that the kernel takes at a time. */
const TILE = 8;

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
    const lanes = arena.lanes(index.rows * n * Q.dims);
    // Each lane has its own k best of the rows it meets: what is best of all is best of its lane.
    const own = [n * k * 8, n * 4, 32];
    const states = own.map((bytes) => lanes.count * bytes);
    const found = lanes.count * n * k * 4;
    arena.scratch([n * Q.dims * 4, ...states, found, found], (q, keys, sizes, aside, rows, best) => {
      arena.f32(q!, n * Q.dims).set(Q.data.subarray(i * Q.dims, (i + n) * Q.dims));
      arena.u32(sizes!, lanes.count * n).fill(0);
      overBlocks(arena, lanes, index, (block, count, first) => {
        lanes.add('top_k_f32', [block, count, Q.dims, first, q!, n, k, keys!, sizes!, aside!], own);
      });
      lanes.finish();
      arena.exports.top_k_finish(keys!, sizes!, lanes.count * n, k, rows!, best!);
      const lists = { indices: arena.u32(rows!, lanes.count * n * k), scores: arena.f32(best!, lanes.count * n * k) };
      mergeLists(lists, lanes.count, k, indices.subarray(i * k, (i + n) * k), scores.subarray(i * k, (i + n) * k));
    });
  }
  return { queries: Q.rows, k, indices, scores };
}

type Visit = (block: number, count: number, first: number) => void;

/** Visits the index as f32 rows in memory: where it lies there as f32, else a block at a time. */
function overBlocks(arena: Arena, lanes: Lanes, index: Matrix | Resident | GrowingRows, visit: Visit): void {
  if (index instanceof Chunks) {
    index.visit(arena, visit);
    return;
  }
  const { rows, dims } = index;
  if (index instanceof Held || 'free' in index) {
    withHeld(arena, index as Resident, (held) => {
      const at = held.at(arena);
      if (held.dtype === 'f32') {
        const most = lanes.count === 1 ? rows : 2 * blockRows(dims); // a millisecond with many queries
        const step = rowsOfCall(rows, lanes.count, most, TILE);
        for (let i = 0; i < rows; i += step) visit(at + i * dims * 4, Math.min(step, rows - i), i);
        return;
      }
      const most = Math.max(TILE, Math.floor(blockRows(dims) / 16)); // widened rows stay in the nearest caches
      inBlocks(arena, lanes, held, most, visit, (block, count, i) => {
        arena.exports.dequantize_i8(at + i * dims, held.scales + i * 4, block, count, dims);
      });
    });
    return;
  }
  inBlocks(arena, lanes, index, blockRows(dims), visit, (block, count, i) => {
    arena.f32(block, count * dims).set(index.data.subarray(i * dims, (i + count) * dims));
  });
}

/** Writes rows that are not in memory as f32 there, at most `most` a call. */
function inBlocks(
  arena: Arena,
  lanes: Lanes,
  { rows, dims }: { readonly rows: number; readonly dims: number },
  most: number,
  visit: Visit,
  write: Visit,
): void {
  const [step, together] = rowsAtOnce(rows, lanes.count, most, TILE);
  arena.scratch([together * dims * 4], (block) => {
    for (let i = 0; i < rows; i += step) {
      const place = i % together;
      if (place === 0) lanes.finish(); // what lay here is no longer needed
      const count = Math.min(step, rows - i);
      const at = block! + place * dims * 4;
      write(at, count, i);
      visit(at, count, i);
    }
    lanes.finish();
  });
}
