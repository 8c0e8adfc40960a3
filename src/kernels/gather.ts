import { type Matrix, matrix } from '../matrix.ts';
import type { Arena } from './arena.ts';
import { checkContextDots, checkSparse, checkWeighted } from './check.ts';
import { withF32, withHeld } from './held.ts';
import type { Resident, SparseRows } from './kernels.ts';
import { blockRows } from './rows.ts';

export function embeddingBagF32(arena: Arena, table: Matrix | Resident, S: SparseRows): Matrix {
  checkWeighted('embeddingBag', S, table.rows);
  return gather(arena, table, S, S.values);
}

export function centroidF32(arena: Arena, X: Matrix | Resident, sets: SparseRows): Matrix {
  checkSparse('centroid', sets, X.rows);
  return gather(arena, X, sets, null);
}

/** For each entry the product of its token's row and the context of its sparse row. */
export function contextDotsF32(
  arena: Arena,
  context: Matrix | Resident,
  tokens: Matrix | Resident,
  S: SparseRows,
): Float32Array {
  checkContextDots(S, context, tokens);
  const { rows, dims: d } = context;
  const out = new Float32Array(S.ids.length);
  if (out.length === 0) return out;
  return withF32(arena, context, (contextAt) =>
    withF32(arena, tokens, (tokensAt) => {
      const { step, most } = blocks(S, d);
      // One block for all: a query is so short that taking memory shows.
      arena.scratch([4 * (3 * most + d + step + 1)], (block) => {
        const ids = block!;
        const [values, dots, sum] = [ids + 4 * most, ids + 8 * most, ids + 12 * most];
        const offsets = sum + 4 * d;
        for (let i = 0; i < S.rows; i += step) {
          const n = Math.min(step, S.rows - i);
          const { from, to } = copyBlock(arena, S, { i, n, ids, offsets });
          arena.f32(values, to - from).set(S.values.subarray(from, to));
          const tables = [contextAt, tokensAt, rows] as const;
          arena.exports.context_dots_f32(...tables, ids, values, offsets, to - from, dots, n, d, sum);
          out.set(arena.f32(dots, to - from), from);
        }
      });
      return out;
    }),
  );
}

/** Sums (with values) or means (without) of table rows; ids and results pass through in blocks of sparse rows. */
function gather(arena: Arena, table: Matrix | Resident, S: SparseRows, values: Float32Array | null): Matrix {
  const d = table.dims;
  const out = matrix(S.rows, d);
  if (out.data.length === 0) return out;
  return withHeld(arena, table, (held) => {
    const at = held.at(arena);
    const { step, most } = blocks(S, d);
    arena.scratch([most * 4, values ? most * 4 : 0, (step + 1) * 4, step * d * 4], (ids, weights, offsets, y) => {
      for (let i = 0; i < S.rows; i += step) {
        const n = Math.min(step, S.rows - i);
        const { from, to } = copyBlock(arena, S, { i, n, ids: ids!, offsets: offsets! });
        if (values) arena.f32(weights!, to - from).set(values.subarray(from, to));
        const lists = values ? [ids!, weights!, offsets!] : [ids!, offsets!];
        const name = `${values ? 'embedding_bag' : 'centroid'}_${held.dtype === 'f32' ? 'f32' : 'i8'}` as const;
        const scales = held.dtype === 'f32' ? [] : [held.scales];
        arena.exports[name](at, ...scales, held.rows, ...lists, to - from, y!, n, d);
        out.data.set(arena.f32(y!, n * d), i * d);
      }
    });
    return out;
  });
}

/** Sparse rows that pass through at a time, and the most entries that so many have. */
function blocks(S: SparseRows, d: number): { step: number; most: number } {
  const step = Math.min(S.rows, blockRows(d));
  let most = 0;
  for (let i = 0; i < S.rows; i += step) {
    most = Math.max(most, S.offsets[Math.min(S.rows, i + step)]! - S.offsets[i]!);
  }
  return { step, most };
}

/** Copies ids and offsets of the sparse rows i … i + n; its entries are `from` … `to` of S. */
function copyBlock(arena: Arena, S: SparseRows, at: { i: number; n: number; ids: number; offsets: number }) {
  const [from, to] = [S.offsets[at.i]!, S.offsets[at.i + at.n]!];
  arena.u32(at.ids, to - from).set(S.ids.subarray(from, to));
  const local = arena.u32(at.offsets, at.n + 1);
  for (let j = 0; j <= at.n; j++) local[j] = S.offsets[at.i + j]! - from;
  return { from, to };
}
