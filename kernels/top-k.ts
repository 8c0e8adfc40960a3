import { dot, dotFourRows, dotTwoByFour, touch } from './_dot';

// One candidate is one u64 key: the score's bits made ascending in the upper half, the row index inverted in the lower.
// Comparing keys is then the whole order: higher score first, ties by lower row, NaN after everything.

// @ts-ignore: decorator
@inline
function keyOf(score: f32, row: u32): u64 {
  let bits: u32 = 0; // NaN
  if (score == score) {
    bits = reinterpret<u32>(score + 0); // −0 counts as 0
    bits = bits >> 31 ? ~bits : bits | 0x80000000;
  }
  return ((<u64>bits) << 32) | <u64>~row;
}

// @ts-ignore: decorator
@inline
function scoreOf(key: u64): f32 {
  const bits = <u32>(key >> 32);
  if (bits == 0) return f32.NaN;
  return reinterpret<f32>(bits >> 31 ? bits & 0x7fffffff : ~bits);
}

/** Lets the key at `at` sink in a heap of `size` keys, the least at the root. */
function sink(keys: usize, at: u32, size: u32, key: u64): void {
  while (true) {
    let child = at * 2 + 1;
    if (child >= size) break;
    let least = load<u64>(keys + ((<usize>child) << 3));
    if (child + 1 < size) {
      const other = load<u64>(keys + ((<usize>(child + 1)) << 3));
      if (other < least) {
        least = other;
        child++;
      }
    }
    if (least >= key) break;
    store<u64>(keys + ((<usize>at) << 3), least);
    at = child;
  }
  store<u64>(keys + ((<usize>at) << 3), key);
}

// @ts-ignore: decorator
@inline
function offer(keys: usize, sizes: usize, k: u32, score: f32, row: u32): void {
  const size = load<u32>(sizes);
  const key = keyOf(score, row);
  if (size >= k) {
    if (key > load<u64>(keys)) sink(keys, 0, k, key);
    return;
  }
  let at = size;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = load<u64>(keys + ((<usize>parent) << 3));
    if (above <= key) break;
    store<u64>(keys + ((<usize>at) << 3), above);
    at = parent;
  }
  store<u64>(keys + ((<usize>at) << 3), key);
  store<u32>(sizes, size + 1);
}

/** Rows that stay in the nearest cache while every query passes over them. */
const TILE: i32 = 8;

/**
 * Offers a block of rows to each query's k best. Call it once a block, then top_k_finish.
 *
 *   score = row · query
 *
 * Shape   x (n, d), rows numbered from `first` · q (queries, d), f32 row-major
 *         keys (queries, k) u64 and sizes (queries) u32: the state; the host sets sizes to 0 before the first block
 * Edge    k = 0 keeps nothing; ties by the lower row; −0 equals 0; NaN scores come after all others
 * Memory  scratch: 32 bytes
 * Error   scores as dot_f32, bit for bit, whatever the number of queries or rows
 */
export function top_k_f32(
  x: usize, n: i32, d: i32, first: u32, q: usize, queries: i32, k: u32, keys: usize, sizes: usize, scratch: usize,
): void {
  if (k == 0) return;
  const stride = (<usize>d) << 2;
  const state = (<usize>k) << 3;
  for (let t = 0; t < n; t += TILE) {
    const rows = min(TILE, n - t);
    const block = x + <usize>t * stride;
    const number = first + <u32>t;
    let j = 0;
    if (ASC_FEATURE_SIMD && queries >= 4 && t + TILE < n) {
      touch(block + <usize>TILE * stride, <usize>min(TILE, n - t - TILE) * stride, scratch);
    }
    for (; j + 4 <= queries; j += 4) {
      const query = q + <usize>j * stride;
      let i = 0;
      for (; i + 2 <= rows; i += 2) {
        dotTwoByFour(block + <usize>i * stride, query, scratch, d);
        for (let e = 0; e < 8; e++) {
          const who = <usize>(j + (e & 3));
          offer(keys + who * state, sizes + (who << 2), k, load<f32>(scratch + ((<usize>e) << 2)), number + <u32>(i + (e >> 2)));
        }
      }
      for (; i < rows; i++) {
        for (let e = 0; e < 4; e++) {
          const who = <usize>(j + e);
          const score = dot(block + <usize>i * stride, query + <usize>e * stride, d);
          offer(keys + who * state, sizes + (who << 2), k, score, number + <u32>i);
        }
      }
    }
    for (; j < queries; j++) {
      const who = <usize>j;
      const query = q + who * stride;
      let i = 0;
      for (; i + 4 <= rows; i += 4) {
        const at = block + <usize>i * stride;
        dotFourRows(at, query, scratch, d, j == 0 && t + i + 8 <= n ? at + (stride << 2) : at);
        for (let e = 0; e < 4; e++) {
          offer(keys + who * state, sizes + (who << 2), k, load<f32>(scratch + ((<usize>e) << 2)), number + <u32>(i + e));
        }
      }
      for (; i < rows; i++) {
        offer(keys + who * state, sizes + (who << 2), k, dot(block + <usize>i * stride, query, d), number + <u32>i);
      }
    }
  }
}

/**
 * Writes out the k best, best first, and uses the state up.
 *
 * Shape   keys (queries, k) u64 · sizes (queries) u32 · indices (queries, k) u32 · scores (queries, k) f32
 * Edge    places beyond a query's size get index 0xffffffff and score NaN
 */
export function top_k_finish(keys: usize, sizes: usize, queries: i32, k: u32, indices: usize, scores: usize): void {
  for (let j = 0; j < queries; j++, sizes += 4) {
    const held = load<u32>(sizes);
    const size = held < k ? held : k;
    for (let left = size; left > 0; left--) {
      const at = (<usize>(left - 1)) << 2;
      const key = load<u64>(keys);
      store<u32>(indices + at, ~(<u32>key));
      store<f32>(scores + at, scoreOf(key));
      if (left > 1) sink(keys, 0, left - 1, load<u64>(keys + ((<usize>(left - 1)) << 3)));
    }
    for (let e = size; e < k; e++) {
      store<u32>(indices + ((<usize>e) << 2), 0xffffffff);
      store<f32>(scores + ((<usize>e) << 2), f32.NaN);
    }
    keys += (<usize>k) << 3;
    indices += (<usize>k) << 2;
    scores += (<usize>k) << 2;
  }
}
