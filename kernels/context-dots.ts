import { dot } from './_dot';
import { entryAt, gatherF32 } from './_gather';

/**
 * For each entry of sparse rows the product of its token's row and the context of the sparse row that it stands in.
 *
 *   out_e = tokens[ids[e]] · c_i,   c_i = Σ_f values[f] · context[ids[f]],   e and f in offsets[i] … offsets[i + 1]
 *
 * Shape   context, tokens (rows, d) f32 row-major · ids, values (entries) u32, f32 · offsets (n + 1) u32 · out (entries)
 * Edge    an id ≥ rows makes its row NaN; offsets are read no further than `entries`; NaN in, NaN out
 * Error   per entry |Δ| ≤ (⌈d/4⌉ + m + 6)·u·Σ|tokens|·Σ|values·context|, m entries in the row
 * Memory  scratch: d f32
 */
export function context_dots_f32(
  context: usize, tokens: usize, rows: u32, ids: usize, values: usize, offsets: usize, entries: u32, out: usize, n: i32, d: i32, scratch: usize,
): void {
  const stride = (<usize>d) << 2;
  for (let i = 0; i < n; i++) {
    gatherF32(context, rows, ids, values, offsets + ((<usize>i) << 2), entries, scratch, 1, d, false);
    const to = entryAt(offsets, i + 1, entries);
    for (let e = entryAt(offsets, i, entries); e < to; e++) {
      const id = load<u32>(ids + ((<usize>e) << 2));
      store<f32>(out + ((<usize>e) << 2), id < rows ? dot(tokens + (<usize>id) * stride, scratch, d) : f32.NaN);
    }
  }
}
