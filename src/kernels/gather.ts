import { type Matrix, matrix } from '../matrix.ts';
import type { Arena } from './arena.ts';
import { checkSparse, checkWeighted } from './check.ts';
import { withHeld } from './held.ts';
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

/** Sums (with values) or means (without) of table rows; ids and results pass through in blocks of sparse rows. */
function gather(arena: Arena, table: Matrix | Resident, S: SparseRows, values: Float32Array | null): Matrix {
  const d = table.dims;
  const out = matrix(S.rows, d);
  if (out.data.length === 0) return out;
  return withHeld(arena, table, (held) => {
    const at = held.at(arena);
    const step = Math.min(S.rows, blockRows(d));
    let most = 0;
    for (let i = 0; i < S.rows; i += step) {
      most = Math.max(most, S.offsets[Math.min(S.rows, i + step)]! - S.offsets[i]!);
    }
    arena.scratch([most * 4, values ? most * 4 : 0, (step + 1) * 4, step * d * 4], (ids, weights, offsets, y) => {
      for (let i = 0; i < S.rows; i += step) {
        const n = Math.min(step, S.rows - i);
        const [from, to] = [S.offsets[i]!, S.offsets[i + n]!];
        arena.u32(ids!, to - from).set(S.ids.subarray(from, to));
        if (values) arena.f32(weights!, to - from).set(values.subarray(from, to));
        const local = arena.u32(offsets!, n + 1);
        for (let j = 0; j <= n; j++) local[j] = S.offsets[i + j]! - from;
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
