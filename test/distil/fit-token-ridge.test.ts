import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { phi } from '../../src/adapter/features.ts';
import { fitTokenRidge } from '../../src/distil/fit-token-ridge.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { tokenBags } from '../../src/token-bags.ts';
import { normals } from './toy.ts';

const kernels = await loadKernels();
const corpora = fc.record({
  lists: fc.array(fc.array(fc.nat({ max: 39 }), { maxLength: 12 }), { minLength: 1, maxLength: 30 }),
  lambda: fc.double({ min: 0.03, max: 1, noNaN: true }),
  seed: fc.nat(),
});

describe('fitTokenRidge', () => {
  test('the dual form and conjugate gradients agree', () => {
    fc.assert(
      fc.property(corpora, ({ lists, lambda, seed }) => {
        const S = phi(tokenBags(lists), new Float32Array(40).fill(1), 'count');
        const R = normals(lists.length, 3, seed);
        const dual = fitTokenRidge(kernels, S, R, { lambda, solver: 'dual' });
        const iterative = fitTokenRidge(kernels, S, R, {
          lambda,
          solver: 'iterative',
          tolerance: 1e-6,
          maxIterations: 200,
        });
        dual.Z.data.forEach((value, i) => {
          expect(Math.abs(value - iterative.Z.data[i]!)).toBeLessThan(1e-3);
        });
      }),
    );
  });

  test('satisfies the normal equations', () => {
    fc.assert(
      fc.property(corpora, ({ lists, lambda, seed }) => {
        const S = phi(tokenBags(lists), new Float32Array(40).fill(1), 'count');
        const R = normals(lists.length, 2, seed);
        const { Z } = fitTokenRidge(kernels, S, R, { lambda, solver: 'dual' });
        const left = kernels.embeddingBag(Z, S); // SZ − R, then Sᵀ of it + λZ must vanish
        const gradient = Float64Array.from(Z.data, (value) => lambda * value);
        for (let i = 0; i < S.rows; i++) {
          for (let e = S.offsets[i]!; e < S.offsets[i + 1]!; e++) {
            for (let j = 0; j < 2; j++) {
              gradient[S.ids[e]! * 2 + j]! += S.values[e]! * (left.data[i * 2 + j]! - R.data[i * 2 + j]!);
            }
          }
        }
        expect(Math.max(...gradient.map(Math.abs))).toBeLessThan(1e-4);
      }),
    );
  });

  test('takes the exact form for few documents and iterates for many', () => {
    const few = phi(tokenBags([[1], [2]]), new Float32Array(4).fill(1), 'count');
    expect(fitTokenRidge(kernels, few, normals(2, 2, 1), { lambda: 0.1 }).solver).toBe('dual');
    const lists = Array.from({ length: 600 }, (_, i) => [i % 4]);
    const many = phi(tokenBags(lists), new Float32Array(4).fill(1), 'count');
    expect(fitTokenRidge(kernels, many, normals(600, 2, 1), { lambda: 0.1 }).solver).toBe('iterative');
  });
});
