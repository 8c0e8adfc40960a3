// Weighted sums and means of table rows. A strip of 32 columns stays in registers while the entries go by.

// @ts-ignore: decorator
@inline
export function entryAt(offsets: usize, i: i32, entries: u32): u32 {
  const at = load<u32>(offsets + ((<usize>i) << 2));
  return at < entries ? at : entries;
}

// @ts-ignore: decorator
@inline
function hasForeign(ids: usize, from: u32, to: u32, rows: u32): bool {
  for (let e = from; e < to; e++) if (load<u32>(ids + ((<usize>e) << 2)) >= rows) return true;
  return false;
}

// @ts-ignore: decorator
@inline
function valueAt(values: usize, e: u32): f32 {
  return values == 0 ? 1 : load<f32>(values + ((<usize>e) << 2));
}

export function gatherF32(
  table: usize, rows: u32, ids: usize, values: usize, offsets: usize, entries: u32, y: usize, n: i32, d: i32, mean: bool,
): void {
  const stride = (<usize>d) << 2;
  for (let i = 0; i < n; i++, y += stride) {
    const from = entryAt(offsets, i, entries);
    const to = entryAt(offsets, i + 1, entries);
    const foreign = hasForeign(ids, from, to, rows);
    const share: f32 = foreign ? f32.NaN : mean && to > from ? <f32>(1 / <f64>(to - from)) : 1;
    const last = foreign ? from : to; // a foreign id is never followed; the NaN factor marks the row
    let j = 0;
    if (ASC_FEATURE_SIMD) {
      const sharev = f32x4.splat(share);
      for (; j + 32 <= d; j += 32) {
        const o = (<usize>j) << 2;
        let s0 = f32x4.splat(0);
        let s1 = s0;
        let s2 = s0;
        let s3 = s0;
        let s4 = s0;
        let s5 = s0;
        let s6 = s0;
        let s7 = s0;
        for (let e = from; e < last; e++) {
          const at = table + (<usize>load<u32>(ids + ((<usize>e) << 2))) * stride + o;
          const v = f32x4.splat(valueAt(values, e));
          s0 = f32x4.add(s0, f32x4.mul(v, v128.load(at)));
          s1 = f32x4.add(s1, f32x4.mul(v, v128.load(at, 16)));
          s2 = f32x4.add(s2, f32x4.mul(v, v128.load(at, 32)));
          s3 = f32x4.add(s3, f32x4.mul(v, v128.load(at, 48)));
          s4 = f32x4.add(s4, f32x4.mul(v, v128.load(at, 64)));
          s5 = f32x4.add(s5, f32x4.mul(v, v128.load(at, 80)));
          s6 = f32x4.add(s6, f32x4.mul(v, v128.load(at, 96)));
          s7 = f32x4.add(s7, f32x4.mul(v, v128.load(at, 112)));
        }
        v128.store(y + o, f32x4.mul(s0, sharev));
        v128.store(y + o, f32x4.mul(s1, sharev), 16);
        v128.store(y + o, f32x4.mul(s2, sharev), 32);
        v128.store(y + o, f32x4.mul(s3, sharev), 48);
        v128.store(y + o, f32x4.mul(s4, sharev), 64);
        v128.store(y + o, f32x4.mul(s5, sharev), 80);
        v128.store(y + o, f32x4.mul(s6, sharev), 96);
        v128.store(y + o, f32x4.mul(s7, sharev), 112);
      }
      for (; j + 4 <= d; j += 4) {
        const o = (<usize>j) << 2;
        let sum = f32x4.splat(0);
        for (let e = from; e < last; e++) {
          const at = table + (<usize>load<u32>(ids + ((<usize>e) << 2))) * stride + o;
          sum = f32x4.add(sum, f32x4.mul(f32x4.splat(valueAt(values, e)), v128.load(at)));
        }
        v128.store(y + o, f32x4.mul(sum, sharev));
      }
    }
    for (; j < d; j++) {
      const o = (<usize>j) << 2;
      let sum: f32 = 0;
      for (let e = from; e < last; e++) {
        sum += valueAt(values, e) * load<f32>(table + (<usize>load<u32>(ids + ((<usize>e) << 2))) * stride + o);
      }
      store<f32>(y + o, sum * share);
    }
  }
}

export function gatherI8(
  table: usize, scales: usize, rows: u32, ids: usize, values: usize, offsets: usize, entries: u32, y: usize, n: i32, d: i32, mean: bool,
): void {
  const stride = (<usize>d) << 2;
  for (let i = 0; i < n; i++, y += stride) {
    const from = entryAt(offsets, i, entries);
    const to = entryAt(offsets, i + 1, entries);
    const foreign = hasForeign(ids, from, to, rows);
    const share: f32 = foreign ? f32.NaN : mean && to > from ? <f32>(1 / <f64>(to - from)) : 1;
    const last = foreign ? from : to;
    let j = 0;
    if (ASC_FEATURE_SIMD) {
      const sharev = f32x4.splat(share);
      for (; j + 16 <= d; j += 16) {
        let s0 = f32x4.splat(0);
        let s1 = s0;
        let s2 = s0;
        let s3 = s0;
        for (let e = from; e < last; e++) {
          const id = <usize>load<u32>(ids + ((<usize>e) << 2));
          const v = f32x4.splat(valueAt(values, e) * load<f32>(scales + (id << 2)));
          const bytes = v128.load(table + id * (<usize>d) + <usize>j);
          const low = i16x8.extend_low_i8x16_s(bytes);
          const high = i16x8.extend_high_i8x16_s(bytes);
          s0 = f32x4.add(s0, f32x4.mul(v, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(low))));
          s1 = f32x4.add(s1, f32x4.mul(v, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(low))));
          s2 = f32x4.add(s2, f32x4.mul(v, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(high))));
          s3 = f32x4.add(s3, f32x4.mul(v, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(high))));
        }
        const at = y + ((<usize>j) << 2);
        v128.store(at, f32x4.mul(s0, sharev));
        v128.store(at, f32x4.mul(s1, sharev), 16);
        v128.store(at, f32x4.mul(s2, sharev), 32);
        v128.store(at, f32x4.mul(s3, sharev), 48);
      }
    }
    for (; j < d; j++) {
      let sum: f32 = 0;
      for (let e = from; e < last; e++) {
        const id = <usize>load<u32>(ids + ((<usize>e) << 2));
        const v = valueAt(values, e) * load<f32>(scales + (id << 2));
        sum += v * <f32>load<i8>(table + id * (<usize>d) + <usize>j);
      }
      store<f32>(y + ((<usize>j) << 2), sum * share);
    }
  }
}
