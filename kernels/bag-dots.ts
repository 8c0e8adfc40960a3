import { dot } from './_dot';
import { entryAt } from './_gather';

/**
 * For each entry of sparse rows the product of the table's row that it names and the vector of the sparse row that it stands in.
 *
 *   out_e = table[ids[e]] · q_i,   e in offsets[i] … offsets[i + 1]
 *
 * Shape   table (rows, d) f32 row-major · ids (entries) u32 · offsets (n + 1) u32 · q (n, d) · out (entries)
 * Edge    an id ≥ rows gives NaN; offsets are read no further than `entries`; NaN in, NaN out
 * Error   per entry |Δ| ≤ (⌈d/4⌉ + 5)·u·Σ|table·q|
 */
export function bag_dots_f32(
  table: usize, rows: u32, ids: usize, offsets: usize, entries: u32, q: usize, out: usize, n: i32, d: i32,
): void {
  const stride = (<usize>d) << 2;
  for (let i = 0; i < n; i++, q += stride) {
    const to = entryAt(offsets, i + 1, entries);
    for (let e = entryAt(offsets, i, entries); e < to; e++) {
      const id = load<u32>(ids + ((<usize>e) << 2));
      store<f32>(out + ((<usize>e) << 2), id < rows ? dot(table + (<usize>id) * stride, q, d) : f32.NaN);
    }
  }
}
