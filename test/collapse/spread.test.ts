import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { spread } from '../../src/collapse/spread.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { matrix, row } from '../../src/matrix.ts';
import { normals } from '../distil/toy.ts';

const kernels = await loadKernels();
const first = (n: number, columns = n) => ({
  rows: 1,
  columns,
  offsets: new Uint32Array([0, n]),
  ids: Uint32Array.from({ length: n }, (_, i) => i),
  values: new Float32Array(n).fill(1),
});

describe('spread', () => {
  test('is one minus the mean pairwise cosine', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.nat(), (k, seed) => {
        const X = kernels.normalize(normals(k, 5, seed));
        let sum = 0;
        for (let i = 0; i < k; i++) {
          for (let j = 0; j < i; j++) sum += row(X, i).reduce((dot, x, d) => dot + x * row(X, j)[d]!, 0);
        }
        expect(spread(kernels, X, first(k))[0]!).toBeCloseTo(1 - sum / ((k * (k - 1)) / 2), 4);
      }),
    );
  });

  test('is 0 for copies, 1 for orthogonal vectors and for a single one', () => {
    const copies = matrix(3, 2, new Float32Array([0.6, 0.8, 0.6, 0.8, 0.6, 0.8]));
    expect(spread(kernels, copies, first(3))[0]!).toBeCloseTo(0, 5);
    const orthogonal = matrix(2, 2, new Float32Array([1, 0, 0, 1]));
    expect(spread(kernels, orthogonal, first(2))[0]!).toBeCloseTo(1, 5);
    expect(spread(kernels, orthogonal, first(1, 2))[0]).toBe(1);
  });
});
