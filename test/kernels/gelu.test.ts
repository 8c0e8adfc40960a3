import { describe, expect, test } from 'bun:test';
import { dense, erf } from '../../src/kernels/reference/dense.ts';
import { matrix } from '../../src/matrix.ts';
import { gelu } from '../helpers/tolerance.ts';
import { allBuilds, rawExports } from './contract/builds.ts';

/** GELU of numbers that fill whole strips, by a product without any term. */
function geluOf(build: (typeof allBuilds)[number], z: Float32Array): Float32Array {
  const exports = rawExports(build);
  exports.memory_grow(Math.ceil((8 * z.length) / 65_536));
  const b = exports.heap_base();
  new Float32Array(exports.memory.buffer, b, z.length).set(z);
  exports.dense_f32(b, 0, b, b, b + 4 * z.length, z.length, 1, z.length / 32, 0, 1);
  return new Float32Array(exports.memory.buffer, b + 4 * z.length, z.length).slice();
}

const expected = (z: Float32Array) => dense(matrix(1, 0), matrix(0, z.length), z, true).data;

describe('erf', () => {
  test('is what tables say', () => {
    // Abramowitz & Stegun, table 7.1, and beyond.
    const known = {
      0: 0,
      0.1: 0.1124629160182849,
      0.5: 0.5204998778130465,
      1: 0.8427007929497149,
      2: 0.9953222650189527,
    };
    for (const [x, value] of Object.entries({ ...known, 3.5: 0.9999992569016276, 7: 1 })) {
      expect(Math.abs(erf(Number(x)) - value)).toBeLessThan(2e-15);
      expect(erf(-Number(x)) + erf(Number(x))).toBe(0);
    }
    expect(erf(Number.NaN)).toBeNaN();
  });
});

for (const build of allBuilds) {
  describe(`GELU (${build})`, () => {
    test('is within 1e-6 of f64, and closer near zero', () => {
      for (const scale of [12, 1, 1e-3, 1e-20]) {
        const z = Float32Array.from({ length: 1 << 17 }, (_, i) => scale * (i / (1 << 16) - 1));
        const right = expected(z);
        let [most, over] = [0, 0];
        geluOf(build, z).forEach((y, i) => {
          const off = Math.abs(y - right[i]!);
          most = Math.max(most, off);
          if (off > gelu.bound(z[i]!)) over++;
        });
        expect([scale, over, most <= 1e-6]).toEqual([scale, 0, true]);
      }
    });

    test('is the number itself where erf is 1, and as good as zero where it is −1', () => {
      const z = Float32Array.from({ length: 3200 }, (_, i) => 6.6 * 1.0275 ** i);
      expect(geluOf(build, z)).toEqual(z);
      expect(
        geluOf(
          build,
          z.map((x) => -x),
        ).every((y) => Math.abs(y) < 1e-9),
      ).toBe(true);
      const ends = geluOf(
        build,
        new Float32Array(32).fill(Number.POSITIVE_INFINITY).fill(Number.NEGATIVE_INFINITY, 16),
      );
      expect([ends[0], ends[31]]).toEqual([Number.POSITIVE_INFINITY, Number.NaN]);
    });
  });
}
