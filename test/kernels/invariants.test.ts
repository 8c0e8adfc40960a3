import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { type Matrix, matrix, row } from '../../src/matrix.ts';
import { builds, rawExports } from './contract/builds.ts';
import { implementations } from './implementations.ts';

/** One row of ordinary numbers, not all near zero. */
const vector = (d: number) =>
  fc
    .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: d, maxLength: d })
    .filter((v) => Math.hypot(...v) > 0.05)
    .map((v) => matrix(1, d, Float32Array.from(v)));
const widths = fc.constantFrom(1, 2, 3, 5, 8, 33, 384);
const pairs = widths.chain((d) => fc.tuple(vector(d), vector(d)));
const length = (X: Matrix) => Math.hypot(...X.data);
const distance = (X: Matrix, Y: Matrix) => Math.hypot(...X.data.map((v, i) => v - Y.data[i]!));
const cosine = (X: Matrix, Y: Matrix) =>
  X.data.reduce((sum, v, i) => sum + v * Y.data[i]!, 0) / (length(X) * length(Y));
const angle = (X: Matrix, Y: Matrix) => Math.acos(Math.min(1, Math.max(-1, cosine(X, Y))));

for (const kernels of implementations) {
  describe(`normalize, ${kernels.name}`, () => {
    test('gives length 1 within 1e-6 for any finite row but zero, whatever its scale', () => {
      fc.assert(
        fc.property(widths.chain(vector), fc.integer({ min: -36, max: 37 }), (X, exponent) => {
          const scaled = matrix(
            1,
            X.dims,
            X.data.map((v) => v * 10 ** exponent),
          );
          const out = kernels.normalize(scaled);
          expect(Math.abs(length(out) - 1)).toBeLessThanOrEqual(1e-6);
          if (exponent > -30) expect(cosine(out, X)).toBeGreaterThan(0.999999);
        }),
      );
    });

    test('is itself when done twice', () => {
      fc.assert(
        fc.property(widths.chain(vector), (X) => {
          const once = kernels.normalize(X);
          expect(distance(kernels.normalize(once), once)).toBeLessThan(1e-6);
        }),
      );
    });
  });

  describe(`homeostaticPush, ${kernels.name}`, () => {
    test('leaves h no nearer to c than x was, for unit x and c in the ball, and of length 1', () => {
      fc.assert(
        fc.property(
          pairs,
          fc.double({ min: 0, max: 1, noNaN: true }),
          fc.double({ min: 0, max: 1, noNaN: true }),
          ([X, C], eta, radius) => {
            const x = kernels.normalize(X);
            const c = matrix(
              1,
              C.dims,
              kernels.normalize(C).data.map((v) => v * radius),
            );
            const h = kernels.homeostaticPush(x, c, eta);
            expect(Math.abs(length(h) - 1)).toBeLessThanOrEqual(1e-6);
            expect(distance(h, c)).toBeGreaterThanOrEqual(distance(x, c) - 1e-6);
          },
        ),
      );
    });

    test('leaves x unchanged, bit for bit, where c = x', () => {
      fc.assert(
        fc.property(widths.chain(vector), (X) => {
          expect(kernels.homeostaticPush(X, X, 0.1)).toEqual(X);
        }),
      );
    });
  });

  describe(`blend, ${kernels.name}`, () => {
    const unitPairs = pairs.map(([H, T]) => [kernels.normalize(H), kernels.normalize(T)] as const);
    const apart = unitPairs.filter(([h, t]) => cosine(h, t) > -0.999);
    const share = fc.double({ min: 0, max: 1, noNaN: true });

    test('lies on the great-circle arc from h to t', () => {
      fc.assert(
        fc.property(apart, share, ([h, t], alpha) => {
          const y = kernels.blend(h, t, alpha);
          expect(Math.abs(length(y) - 1)).toBeLessThanOrEqual(1e-6);
          expect(Math.abs(angle(h, y) + angle(y, t) - angle(h, t))).toBeLessThan(3e-3); // acos near 1 keeps half the digits
        }),
      );
    });

    test('is continuous in α', () => {
      fc.assert(
        fc.property(apart, share, ([h, t], alpha) => {
          const step = 1e-4;
          const least = Math.sqrt((1 + cosine(h, t)) / 2); // the shortest blend
          const moved = distance(kernels.blend(h, t, alpha), kernels.blend(h, t, Math.min(1, alpha + step)));
          expect(moved).toBeLessThanOrEqual((2 * step * distance(h, t)) / least + 1e-5 / least);
        }),
      );
    });

    test('gives normalise(h) at α = 0 and normalise(t) at α = 1, bit for bit', () => {
      fc.assert(
        fc.property(pairs, ([H, T]) => {
          expect(kernels.blend(H, T, 0).data.map((v) => v + 0)).toEqual(kernels.normalize(H).data.map((v) => v + 0));
          expect(kernels.blend(H, T, 1).data.map((v) => v + 0)).toEqual(kernels.normalize(T).data.map((v) => v + 0));
        }),
      );
    });

    test('gives h where the blend vanishes, or all but vanishes', () => {
      fc.assert(
        fc.property(widths.chain(vector), fc.constantFrom(1, 1 + 2 ** -22), (X, longer) => {
          const h = kernels.normalize(X);
          const opposite = matrix(
            1,
            h.dims,
            h.data.map((v) => -longer * v),
          );
          expect(distance(kernels.blend(h, opposite, 0.5), h)).toBeLessThan(1e-6);
        }),
      );
    });
  });

  describe(`topK, ${kernels.name}`, () => {
    test('returns every score at least as high as any it leaves out, best first', () => {
      const rows = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 0, maxLength: 120 });
      fc.assert(
        fc.property(rows, fc.nat(12), (numbers, k) => {
          const n = Math.floor(numbers.length / 3);
          const X = matrix(n, 3, Float32Array.from(numbers.slice(0, n * 3)));
          const found = kernels.topK(X, matrix(1, 3, new Float32Array([1, -2, 3])), k);
          const score = (i: number) => row(X, i)[0]! - 2 * row(X, i)[1]! + 3 * row(X, i)[2]!;
          const all = Array.from({ length: n }, (_, i) => i).sort((a, b) => score(b) - score(a) || a - b);
          expect([...found.indices]).toEqual(all.slice(0, k));
        }),
      );
    });
  });
}

for (const build of builds) {
  describe(`every export, ${build}`, () => {
    test('traps on no bytes whatever', () => {
      const exports = rawExports(build);
      const base = exports.heap_base() >>> 0;
      exports.memory_grow(8);
      const bytes = new Uint8Array(exports.memory.buffer);
      const at = (i: number) => base + i * 8192;
      const sizes = [at(0), at(1), at(2), at(3), at(4), at(5)] as const;
      const [a, b, c, e, f, out] = sizes;
      fc.assert(
        fc.property(
          fc.uint8Array({ minLength: 4096, maxLength: 4096 }),
          fc.integer({ min: -2, max: 40 }),
          fc.float(),
          (noise, d, scalar) => {
            for (let i = 0; i < 6; i++) bytes.set(noise, at(i));
            exports.normalize_f32(a, out, 9, d);
            exports.homeostatic_push_f32(a, b, out, 9, d, scalar);
            exports.blend_f32(a, b, out, 9, d, scalar);
            exports.centroid_f32(a, 9, b, c, 30, out, 9, d);
            exports.centroid_i8(a, e, 9, b, c, 30, out, 9, d);
            exports.embedding_bag_f32(a, 9, b, e, c, 30, out, 9, d);
            exports.embedding_bag_i8(a, e, 9, b, f, c, 30, out, 9, d);
            exports.context_dots_f32(a, b, 9, c, e, f, 30, out, 9, d, out + 4096);
            exports.dequantize_i8(a, b, out, 9, d);
            exports.dot_f32(a, b, d);
            exports.axpy_f32(scalar, a, b, out, d);
            exports.gemv_f32(a, b, out, 9, d);
            exports.gemv_t_f32(a, b, out, 9, d);
            exports.gemm_f32(a, d, 1, b, 7, 1, c, 9, 7, d, 0, out);
            exports.column_squares_f32(a, out, 9, d);
            exports.axpy_columns_f32(a, b, out, 9, d);
            exports.xpby_columns_f32(a, b, out, 9, d);
            exports.top_k_f32(a, 9, d, 0, b, 1, 5, out, f, out + 4096);
            exports.top_k_finish(out, f, 1, 5, c, e);
            bytes.set(noise, f); // any size: no more than k is believed
            exports.top_k_f32(a, 9, d, 0, b, 1, 5, out, f, out + 4096);
            exports.top_k_finish(out, f, 3, 5, c, e);
          },
        ),
      );
    });
  });
}
