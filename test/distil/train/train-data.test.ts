import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { batchFeeds } from '../../../src/distil/train/train-data.ts';
import { matrix } from '../../../src/matrix.ts';

describe('batchFeeds', () => {
  test('holds the rows named, each with weight 1/n, and zero rows of weight 0 after them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat({ max: 5 }), (n, padding) => {
        const X = matrix(
          12,
          2,
          Float32Array.from({ length: 24 }, (_, e) => e + 1),
        );
        const rows = Uint32Array.from({ length: n }, (_, i) => 11 - i);
        const { x, weight } = batchFeeds({ x: X }, rows, n + padding);
        expect([x!.dims, weight!.dims]).toEqual([
          [n + padding, 2],
          [n + padding, 1],
        ]);
        const expected = [...rows].flatMap((r) => [2 * r + 1, 2 * r + 2]);
        expect(Array.from(x!.data as Float32Array)).toEqual([...expected, ...new Array(2 * padding).fill(0)]);
        const share = Math.fround(1 / n);
        expect(Array.from(weight!.data as Float32Array)).toEqual([
          ...new Array(n).fill(share),
          ...new Array(padding).fill(0),
        ]);
      }),
    );
  });
});
