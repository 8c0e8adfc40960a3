import { gatherF32, gatherI8 } from './_gather';

/**
 * For each set the mean of the rows it names.
 *
 *   y_i = (1/m) Σ_e table[ids[e]],   m entries, e in offsets[i] … offsets[i + 1]
 *
 * Shape   table (rows, d) f32 row-major · ids (entries) u32 · offsets (n + 1) u32 · y (n, d)
 * Edge    an empty set gives a zero row; an id ≥ rows makes the row NaN; offsets are read no further than `entries`; NaN in, NaN out
 * Error   per entry |Δ| ≤ (m + 2)·u·Σ|table|/m
 */
export function centroid_f32(
  table: usize, rows: u32, ids: usize, offsets: usize, entries: u32, y: usize, n: i32, d: i32,
): void {
  gatherF32(table, rows, ids, 0, offsets, entries, y, n, d, true);
}

/**
 * The same over int8 rows, each with one f32 scale: row t is scales[t] · table[t].
 *
 * Error   per entry |Δ| ≤ (m + 4)·u·Σ|scales·table|/m
 */
export function centroid_i8(
  table: usize, scales: usize, rows: u32, ids: usize, offsets: usize, entries: u32, y: usize, n: i32, d: i32,
): void {
  gatherI8(table, scales, rows, ids, 0, offsets, entries, y, n, d, true);
}
