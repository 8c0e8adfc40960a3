import { STRIP, strip, strips } from './_strip';

// Blocks of B (256 × 256) are packed into scratch, strips of 32 columns one after the other, so that the inner loop reads them
// as they lie; rows of A are read where they are, and packed only where their numbers do not lie side by side.
const KC: i32 = 256; // rows summed from zero before they are added to C
const MC: i32 = 64;
const NC: i32 = 256;
const A_BYTES: usize = (<usize>(MC * KC)) << 2;
const B_BYTES: usize = (<usize>(KC * NC)) << 2;
const STRIP_BYTES: usize = (<usize>STRIP) << 2;

/** Bytes of scratch that gemm_f32 takes, whatever the shapes. */
export function gemm_scratch_bytes(): usize {
  return A_BYTES + B_BYTES + STRIP_BYTES;
}

/** Strips of 32 columns, each k × 32, missing columns as zero. Strides count bytes. */
function packColumns(from: usize, down: usize, along: usize, k: i32, columns: i32, to: usize): void {
  for (let j = 0; j < columns; j += STRIP, to += <usize>k * STRIP_BYTES) {
    const whole = min(STRIP, columns - j);
    const first = from + <usize>j * along;
    if (ASC_FEATURE_SIMD && along == 4 && whole == STRIP) {
      let at = first;
      let into = to;
      for (let p = 0; p < k; p++, at += down, into += STRIP_BYTES) {
        for (let o: usize = 0; o < STRIP_BYTES; o += 16) v128.store(into + o, v128.load(at + o));
      }
      continue;
    }
    for (let c = 0; c < STRIP; c++) {
      const column = first + <usize>c * along;
      const at = to + ((<usize>c) << 2);
      for (let p = 0; p < k; p++) {
        store<f32>(at + <usize>p * STRIP_BYTES, c < whole ? load<f32>(column + <usize>p * down) : 0);
      }
    }
  }
}

/** Rows one after the other, each of k numbers. Strides count bytes. */
function packRows(from: usize, down: usize, along: usize, rows: i32, k: i32, to: usize): void {
  for (let p = 0; p < k; p++, from += along, to += 4) {
    for (let i = 0; i < rows; i++) store<f32>(to + ((<usize>(i * k)) << 2), load<f32>(from + <usize>i * down));
  }
}

/** The last strip where it has fewer columns: computed aside, then only what lies inside C is written. */
function border(x: usize, b: usize, k: i32, y: usize, columns: i32, add: bool, aside: usize): void {
  strip(x, b, STRIP_BYTES, k, aside, false);
  for (let j: usize = 0; j < (<usize>columns) << 2; j += 4) {
    const v = load<f32>(aside + j);
    store<f32>(y + j, add ? load<f32>(y + j) + v : v);
  }
}

/**
 * C = A·B, or C += A·B with `accumulate`.
 *
 *   C_ij = Σ_p A[i·a_row + p·a_column] · B[p·b_row + j·b_column]
 *
 * Shape   A (m, k) · B (k, n), each with its two strides in floats, so a transpose costs nothing · C (m, n) row-major, f32
 * Edge    k = 0 gives zeros (or leaves C with `accumulate`); NaN in, NaN out; C and scratch must not overlap A or B
 * Memory  scratch: gemm_scratch_bytes() bytes, contents irrelevant before and after
 * Error   |Δ| ≤ (min(k, 256) + ⌈k/256⌉ + 1)·u·Σ|A·B|; a row of C does not depend on the other rows of A
 * Source  packed blocks: Goto & van de Geijn 2008, "Anatomy of High-Performance Matrix Multiplication"
 */
export function gemm_f32(
  a: usize, a_row: usize, a_column: usize, b: usize, b_row: usize, b_column: usize,
  c: usize, m: i32, n: i32, k: i32, accumulate: i32, scratch: usize,
): void {
  const packedA = scratch;
  const packedB = scratch + A_BYTES;
  const aside = packedB + B_BYTES;
  const stride = (<usize>n) << 2;
  const down = a_row << 2;
  const along = a_column << 2;
  if (k <= 0 && !accumulate) {
    for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) store<f32>(c + <usize>i * stride + ((<usize>j) << 2), 0);
  }
  for (let j = 0; j < n; j += NC) {
    const columns = min(NC, n - j);
    for (let p = 0; p < k; p += KC) {
      const depth = min(KC, k - p);
      const add = p > 0 || accumulate != 0;
      packColumns(b + ((<usize>p * b_row + <usize>j * b_column) << 2), b_row << 2, b_column << 2, depth, columns, packedB);
      for (let i = 0; i < m; i += MC) {
        const rows = min(MC, m - i);
        let block = a + <usize>i * down + <usize>p * along;
        let step = down;
        if (along != 4) {
          packRows(block, down, along, rows, depth, packedA);
          block = packedA;
          step = (<usize>depth) << 2;
        }
        for (let jj = 0; jj < columns; jj += STRIP) {
          const packed = packedB + <usize>jj * ((<usize>depth) << 2);
          const to = c + <usize>i * stride + ((<usize>(j + jj)) << 2);
          const width = columns - jj;
          if (width >= STRIP) strips(block, step, packed, STRIP_BYTES, depth, to, stride, rows, add);
          else {
            for (let ii = 0; ii < rows; ii++) {
              border(block + <usize>ii * step, packed, depth, to + <usize>ii * stride, width, add, aside);
            }
          }
        }
      }
    }
  }
}
