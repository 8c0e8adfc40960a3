import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { config } from '../../src/config.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { type Matrix, matrix, pickRows, row } from '../../src/matrix.ts';
import { random } from '../../src/random.ts';
import { implementations } from './implementations.ts';

const dims = 7;

function normal(rows: number, seed: number): Matrix {
  const numbers = random(seed);
  return matrix(
    rows,
    dims,
    Float32Array.from({ length: rows * dims }, () => numbers.normal()),
  );
}

/** Appends of so many rows, and rows overwritten from somewhere on (a share of all there are at that moment). */
const change = fc.oneof(
  fc.record({ append: fc.integer({ min: 0, max: 40 }), seed: fc.nat() }),
  fc.record({
    set: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    rows: fc.nat({ max: 30 }),
    seed: fc.nat(),
  }),
);

for (const kernels of implementations) {
  describe(`GrowingRows, ${kernels.name}`, () => {
    test('hold after any changes what a matrix with the same changes holds, and are searched alike', () => {
      fc.assert(
        fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
          const index = kernels.growing(dims);
          const plain: Float32Array[] = [];
          for (const each of changes) {
            if ('append' in each) {
              const X = normal(each.append, each.seed);
              index.append(X);
              for (let i = 0; i < X.rows; i++) plain.push(row(X, i));
            } else if (plain.length > 0) {
              const at = Math.floor(each.set * plain.length);
              const X = normal(Math.min(each.rows, plain.length - at), each.seed);
              for (let i = 0; i < X.rows; i++) plain[at + i] = row(X, i);
              index.set(at, X);
            }
          }
          const X = matrix(plain.length, dims, Float32Array.from(plain.flatMap((x) => Array.from(x))));
          expect(index.rows).toBe(X.rows);
          expect(index.pick(Array.from(plain.keys()))).toEqual(X);
          const backwards = Array.from(plain.keys()).reverse();
          expect(index.pick(backwards)).toEqual(pickRows(X, backwards));
          const Q = normal(3, 5);
          expect(kernels.topK(index, Q, 9)).toEqual(kernels.topK(X, Q, 9));
          index.free();
        }),
      );
    });

    test('puts a row of NaN after every other', () => {
      const index = kernels.growing(dims);
      index.append(normal(20, 1));
      index.set(4, matrix(1, dims, new Float32Array(dims).fill(Number.NaN)));
      const { indices, scores } = kernels.topK(index, normal(1, 2), 20);
      expect([indices.at(-1), Number.isNaN(scores.at(-1)!)]).toEqual([4, true]);
      expect(scores.subarray(0, 19).every(Number.isFinite)).toBe(true);
    });

    test('refuse another width, a row that is not there, and any use after free', () => {
      const index = kernels.growing(dims);
      index.append(normal(2, 1));
      expect(() => index.append(matrix(1, dims + 1))).toThrow(/width/);
      expect(() => index.set(1, normal(2, 1))).toThrow(/row 2 is outside 0 … 1/);
      expect(() => index.pick([-1])).toThrow(/outside/);
      index.free();
      index.free();
      expect(() => index.append(normal(1, 1))).toThrow(/after free/);
      expect(() => kernels.topK(index, normal(1, 1), 1)).toThrow(/after free/);
    });
  });
}

describe('growing', () => {
  test('gives the same ranking however the rows lie in chunks', async () => {
    const kernels = await loadKernels('simd');
    const rowsOfChunk = Math.floor(config.kernels.chunkBytes / (4 * dims));
    const X = normal(rowsOfChunk * 2 + 3, 3);
    const index = kernels.growing(dims);
    for (let i = 0; i < X.rows; i += 9999) {
      const n = Math.min(9999, X.rows - i);
      index.append(matrix(n, dims, X.data.subarray(i * dims, (i + n) * dims)));
    }
    expect(kernels.topK(index, normal(4, 9), 50)).toEqual(kernels.topK(X, normal(4, 9), 50));
  });
});
