// Blocks of B (256 × 256) and of A (64 × 256) are packed into scratch in the order in which the inner loop reads them;
// the inner loop keeps a 4 × 8 tile of C in registers (Goto & van de Geijn 2008).
const MR: i32 = 4;
const NR: i32 = 8;
const KC: i32 = 256; // rows summed from zero before they are added to C
const MC: i32 = 64;
const NC: i32 = 256;
const A_BYTES: usize = (<usize>(MC * KC)) << 2;
const B_BYTES: usize = (<usize>(KC * NC)) << 2;
const TILE_BYTES: usize = (<usize>(MR * NR)) << 2;

/** Bytes of scratch that gemm_f32 takes, whatever the shapes. */
export function gemm_scratch_bytes(): usize {
  return A_BYTES + B_BYTES + TILE_BYTES;
}

/** Strips of `width` rows, each strip p-major, missing rows as zero. Strides count floats. */
function pack(from: usize, rowStride: usize, columnStride: usize, rows: i32, k: i32, width: i32, to: usize): void {
  const down = rowStride << 2;
  const along = columnStride << 2;
  for (let i = 0; i < rows; i += width) {
    const whole = min(width, rows - i);
    const strip = from + <usize>i * down;
    if (ASC_FEATURE_SIMD && whole == NR && down == 4) {
      for (let p = 0; p < k; p++, to += 32) {
        const at = strip + <usize>p * along;
        v128.store(to, v128.load(at));
        v128.store(to, v128.load(at, 16), 16);
      }
      continue;
    }
    for (let p = 0; p < k; p++) {
      let at = strip + <usize>p * along;
      let r = 0;
      for (; r < whole; r++, at += down, to += 4) store<f32>(to, load<f32>(at));
      for (; r < width; r++, to += 4) store<f32>(to, 0);
    }
  }
}

/** tile (4 × 8) of A·B from packed strips; added to or put in `c`, whose rows are `stride` bytes apart. */
function tile(a: usize, b: usize, c: usize, stride: usize, k: i32, add: bool): void {
  if (ASC_FEATURE_SIMD) {
    let c00 = f32x4.splat(0);
    let c01 = c00;
    let c10 = c00;
    let c11 = c00;
    let c20 = c00;
    let c21 = c00;
    let c30 = c00;
    let c31 = c00;
    for (let p = 0; p < k; p++, a += 16, b += 32) {
      const b0 = v128.load(b);
      const b1 = v128.load(b, 16);
      const a0 = v128.load32_splat(a);
      c00 = f32x4.add(c00, f32x4.mul(a0, b0));
      c01 = f32x4.add(c01, f32x4.mul(a0, b1));
      const a1 = v128.load32_splat(a, 4);
      c10 = f32x4.add(c10, f32x4.mul(a1, b0));
      c11 = f32x4.add(c11, f32x4.mul(a1, b1));
      const a2 = v128.load32_splat(a, 8);
      c20 = f32x4.add(c20, f32x4.mul(a2, b0));
      c21 = f32x4.add(c21, f32x4.mul(a2, b1));
      const a3 = v128.load32_splat(a, 12);
      c30 = f32x4.add(c30, f32x4.mul(a3, b0));
      c31 = f32x4.add(c31, f32x4.mul(a3, b1));
    }
    if (add) {
      let at = c;
      c00 = f32x4.add(v128.load(at), c00);
      c01 = f32x4.add(v128.load(at, 16), c01);
      at += stride;
      c10 = f32x4.add(v128.load(at), c10);
      c11 = f32x4.add(v128.load(at, 16), c11);
      at += stride;
      c20 = f32x4.add(v128.load(at), c20);
      c21 = f32x4.add(v128.load(at, 16), c21);
      at += stride;
      c30 = f32x4.add(v128.load(at), c30);
      c31 = f32x4.add(v128.load(at, 16), c31);
    }
    v128.store(c, c00);
    v128.store(c, c01, 16);
    c += stride;
    v128.store(c, c10);
    v128.store(c, c11, 16);
    c += stride;
    v128.store(c, c20);
    v128.store(c, c21, 16);
    c += stride;
    v128.store(c, c30);
    v128.store(c, c31, 16);
  } else {
    for (let r = 0; r < MR; r++, c += stride) {
      for (let j = 0; j < NR; j++) {
        let sum: f32 = 0;
        for (let p = 0; p < k; p++) {
          sum += load<f32>(a + ((<usize>(p * MR + r)) << 2)) * load<f32>(b + ((<usize>(p * NR + j)) << 2));
        }
        const at = c + ((<usize>j) << 2);
        store<f32>(at, add ? load<f32>(at) + sum : sum);
      }
    }
  }
}

/** The tile at the border: computed aside, then only what lies inside C is written. */
function border(a: usize, b: usize, c: usize, stride: usize, k: i32, add: bool, rows: i32, columns: i32, aside: usize): void {
  tile(a, b, aside, (<usize>NR) << 2, k, false);
  for (let r = 0; r < rows; r++, c += stride) {
    for (let j = 0; j < columns; j++) {
      const at = c + ((<usize>j) << 2);
      const v = load<f32>(aside + ((<usize>(r * NR + j)) << 2));
      store<f32>(at, add ? load<f32>(at) + v : v);
    }
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
 * Source  Goto & van de Geijn 2008, "Anatomy of High-Performance Matrix Multiplication"
 */
export function gemm_f32(
  a: usize, a_row: usize, a_column: usize, b: usize, b_row: usize, b_column: usize,
  c: usize, m: i32, n: i32, k: i32, accumulate: i32, scratch: usize,
): void {
  const packedA = scratch;
  const packedB = scratch + A_BYTES;
  const aside = packedB + B_BYTES;
  const stride = (<usize>n) << 2;
  if (k <= 0 && !accumulate) {
    for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) store<f32>(c + <usize>i * stride + ((<usize>j) << 2), 0);
  }
  for (let j = 0; j < n; j += NC) {
    const columns = min(NC, n - j);
    for (let p = 0; p < k; p += KC) {
      const depth = min(KC, k - p);
      const add = p > 0 || accumulate != 0;
      pack(b + ((<usize>p * b_row + <usize>j * b_column) << 2), b_column, b_row, columns, depth, NR, packedB);
      for (let i = 0; i < m; i += MC) {
        const rows = min(MC, m - i);
        pack(a + ((<usize>i * a_row + <usize>p * a_column) << 2), a_row, a_column, rows, depth, MR, packedA);
        for (let jj = 0; jj < columns; jj += NR) {
          const stripB = packedB + ((<usize>jj * <usize>depth) << 2);
          for (let ii = 0; ii < rows; ii += MR) {
            const stripA = packedA + ((<usize>ii * <usize>depth) << 2);
            const at = c + <usize>(i + ii) * stride + ((<usize>(j + jj)) << 2);
            if (rows - ii >= MR && columns - jj >= NR) tile(stripA, stripB, at, stride, depth, add);
            else border(stripA, stripB, at, stride, depth, add, min(MR, rows - ii), min(NR, columns - jj), aside);
          }
        }
      }
    }
  }
}
