import type { StaticTable } from '../encode/static-table.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, row } from '../matrix.ts';
import type { AdapterParts } from './parts.ts';

/**
 * What an adapter makes of each token of a static student, its weight apart: a table again, whose weighted sums are the
 * corrected vectors of an adapter that is linear in token counts.
 *
 * Shape   table (V, d) → (V, dOut), not normalised
 */
export function tokenRows({ rows }: StaticTable, parts: AdapterParts | null, kernels: Kernels): Matrix {
  const held = kernels.hold(rows);
  const table = held.read();
  held.free();
  const { map, hidden, tokens } = parts ?? { map: null, tokens: null };
  const out = map ? kernels.gemm(table, map) : table;
  if (hidden) {
    const low = kernels.gemm(kernels.gemm(table, hidden.into), hidden.out).data;
    for (let e = 0; e < low.length; e++) out.data[e]! += low[e]!;
  }
  if (!tokens) return out;
  const { scales, data } = tokens.rows;
  for (let t = 0; t < out.rows; t++) {
    const own = tokens.rowOf[t]!;
    if (own < 0) continue;
    const known = data.subarray(own * out.dims, (own + 1) * out.dims);
    row(out, t).set(Float32Array.from(known, (v) => scales[own]! * v));
  }
  return out;
}
