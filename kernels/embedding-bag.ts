import { gatherF32, gatherI8 } from './_gather';

/**
 * For each sparse row the weighted sum of the table's rows it names.
 *
 *   y_i = Σ_e values[e] · table[ids[e]],   e in offsets[i] … offsets[i + 1]
 *
 * Shape   table (rows, d) f32 row-major · ids, values (entries) u32, f32 · offsets (n + 1) u32 · y (n, d), not normalised
 * Edge    no entries gives a zero row; an id ≥ rows makes the row NaN; offsets are read no further than `entries`; NaN in, NaN out
 * Error   per entry |Δ| ≤ (m + 1)·u·Σ|values·table|, m entries in the row
 */
export function embedding_bag_f32(
  table: usize, rows: u32, ids: usize, values: usize, offsets: usize, entries: u32, y: usize, n: i32, d: i32,
): void {
  gatherF32(table, rows, ids, values, offsets, entries, y, n, d, false);
}

/**
 * The same over int8 rows, each with one f32 scale: row t is scales[t] · table[t].
 *
 * Error   per entry |Δ| ≤ (m + 3)·u·Σ|values·scales·table|
 */
export function embedding_bag_i8(
  table: usize, scales: usize, rows: u32, ids: usize, values: usize, offsets: usize, entries: u32, y: usize, n: i32, d: i32,
): void {
  gatherI8(table, scales, rows, ids, values, offsets, entries, y, n, d, false);
}
