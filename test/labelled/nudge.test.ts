import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { loadKernels } from '../../src/kernels/load.ts';
import { fitNudge, nudge, nudgeKinds } from '../../src/labelled/nudge.ts';
import { pairScore } from '../../src/labelled/pair-score.ts';
import { type Matrix, row } from '../../src/matrix.ts';
import { normals } from '../distil/toy.ts';

const kernels = await loadKernels();
const unit = (rows: number, dims: number, seed: number) => kernels.normalize(normals(rows, dims, seed));
const pairsOf = fc.array(fc.record({ query: fc.nat({ max: 5 }), document: fc.nat({ max: 7 }) }), { maxLength: 12 });
const gammaOf = fc.double({ min: 0, max: 1.4, noNaN: true });
const distance = (x: ArrayLike<number>, y: ArrayLike<number>) =>
  Math.hypot(...Array.from(x, (value, i) => value - y[i]!));
const dot = (x: ArrayLike<number>, y: ArrayLike<number>) =>
  Array.from(x, (v, i) => v * y[i]!).reduce((a, b) => a + b, 0);

describe('nudge', () => {
  test('moves no document without a judged query, and none further than γ', () => {
    fc.assert(
      fc.property(pairsOf, gammaOf, fc.constantFrom(...nudgeKinds), fc.nat(), (pairs, gamma, kind, seed) => {
        const [D, Q] = [unit(8, 6, seed), unit(6, 6, seed + 1)];
        const moved = nudge(D, Q, pairs, kind, gamma);
        for (let i = 0; i < 8; i++) {
          const far = distance(row(D, i), row(moved, i));
          if (!pairs.some(({ document }) => document === i)) expect(far).toBe(0);
          expect(far).toBeLessThan(gamma + 1e-3);
          if (kind === 'nudge-n') expect(Math.hypot(...row(moved, i))).toBeCloseTo(1, 5);
        }
      }),
    );
  });

  test('no other vector within γ, of unit length for N, is nearer to the queries’ sum', () => {
    fc.assert(
      fc.property(gammaOf, fc.constantFrom(...nudgeKinds), fc.nat(), (gamma, kind, seed) => {
        const [D, Q] = [unit(1, 4, seed), unit(2, 4, seed + 1)];
        const pairs = [0, 1].map((query) => ({ query, document: 0 }));
        const gain = (X: Matrix, i: number) => dot(row(X, i), row(Q, 0)) + dot(row(X, i), row(Q, 1));
        const best = gain(nudge(D, Q, pairs, kind, gamma), 0);
        const steps = kernels.normalize(normals(300, 4, seed + 2));
        for (let i = 0; i < 300; i++) {
          const tried = row(D, 0).map((x, j) => x + gamma * ((i % 10) / 9) * row(steps, i)[j]!);
          const length = kind === 'nudge-n' ? Math.hypot(...tried) : 1;
          const other = tried.map((x) => x / length);
          if (length === 0 || distance(other, row(D, 0)) > gamma) continue;
          expect(dot(other, row(Q, 0)) + dot(other, row(Q, 1))).toBeLessThan(best + 1e-4);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('fitNudge', () => {
  test('never serves the queries kept out worse than not moving does', () => {
    fc.assert(
      fc.property(pairsOf, pairsOf, fc.constantFrom(...nudgeKinds), fc.nat(), (fitted, heldOut, kind, seed) => {
        fc.pre(heldOut.length > 0);
        const [D, Q] = [unit(8, 6, seed), unit(6, 6, seed + 1)];
        const { documents, score } = fitNudge(kernels, D, Q, { fitted, heldOut }, kind);
        expect(score).toBeGreaterThanOrEqual(pairScore(kernels, D, Q, heldOut));
        expect(pairScore(kernels, documents, Q, heldOut)).toBe(score);
      }),
      { numRuns: 40 },
    );
  });
});
