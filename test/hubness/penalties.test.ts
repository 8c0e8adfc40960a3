import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { foldPenalty, foldQueries } from '../../src/hubness/fold-penalty.ts';
import { invertedSoftmax } from '../../src/hubness/inverted-softmax.ts';
import { ladder } from '../../src/hubness/ladder.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { type Matrix, matrix, row } from '../../src/matrix.ts';
import { normals } from '../distil/toy.ts';

const kernels = await loadKernels();
const unit = (rows: number, dims: number, seed: number) => kernels.normalize(normals(rows, dims, seed));
const dot = (x: ArrayLike<number>, y: ArrayLike<number>) =>
  Array.from(x, (value, i) => value * y[i]!).reduce((a, b) => a + b, 0);

/** The folded vectors rank as the scores do, wherever two scores differ by more than f32 can lose. */
function expectRanking(D: Matrix, Q: Matrix, score: (query: number, document: number) => number) {
  const { indices, k } = kernels.topK(D, Q, D.rows);
  for (let q = 0; q < Q.rows; q++) {
    for (let r = 1; r < k; r++) {
      const [above, below] = [indices[q * k + r - 1]!, indices[q * k + r]!];
      expect(score(q, above)).toBeGreaterThan(score(q, below) - 1e-5);
    }
  }
}

describe('foldPenalty', () => {
  test('ranks by inner product as the scores less their penalties do', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 }),
        fc.double({ min: 0, max: 2, noNaN: true }),
        fc.nat(),
        (b, gamma, seed) => {
          const [D, Q] = [unit(b.length, 8, seed), unit(3, 8, seed + 1)];
          expectRanking(foldPenalty(D, b, gamma), foldQueries(Q), (q, d) => dot(row(D, d), row(Q, q)) - gamma * b[d]!);
        },
      ),
    );
  });

  test('throws shape_mismatch without one penalty a document', () => {
    expect(() => foldPenalty(unit(3, 4, 1), [1, 2], 1)).toThrow('3 documents need as many penalties, got 2');
  });
});

/** The formulas of the papers, written out; the folded vectors of each rung rank the same. */
const nearest = (values: number[], k: number) => values.sort((a, b) => b - a).slice(0, k);
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const all = (X: Matrix) => Array.from({ length: X.rows }, (_, i) => row(X, i));

describe('ladder', () => {
  test('local centroid is the score less γ times the cosine to the neighbours’ mean', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 5 }), (seed, k) => {
        const [D, Q] = [unit(12, 6, seed), unit(4, 6, seed + 1)];
        const fitted = ladder['local centroid'].fit({ kernels, documents: D, bank: Q, seed }, { gamma: 0.5, k });
        const b = all(D).map((d, i) =>
          mean(
            nearest(
              all(D).flatMap((e, j) => (i === j ? [] : [dot(d, e)])),
              k,
            ),
          ),
        );
        expectRanking(fitted.documents, fitted.queries(Q), (q, d) => dot(row(D, d), row(Q, q)) - 0.5 * b[d]!);
      }),
      { numRuns: 30 },
    );
  });

  test('csls ranks as 2·cos(q, d) − r(d) − r(q) does', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 5 }), (seed, k) => {
        const [D, Q, bank] = [unit(12, 6, seed), unit(4, 6, seed + 1), unit(9, 6, seed + 2)];
        const fitted = ladder.csls.fit({ kernels, documents: D, bank, seed }, { k });
        const around = (x: Float32Array, others: Matrix) =>
          mean(
            nearest(
              all(others).map((y) => dot(x, y)),
              k,
            ),
          );
        expectRanking(
          fitted.documents,
          fitted.queries(Q),
          (q, d) => 2 * dot(row(D, d), row(Q, q)) - around(row(D, d), bank) - around(row(Q, q), D),
        );
      }),
      { numRuns: 30 },
    );
  });

  test('every rung leaves a search that returns all documents, and finite vectors', () => {
    const [D, Q, bank] = [unit(80, 12, 3), unit(5, 12, 4), unit(20, 12, 5)];
    for (const [name, { grid, fit }] of Object.entries(ladder)) {
      for (const settings of grid) {
        const { documents, queries } = fit({ kernels, documents: D, bank, seed: 1 }, settings);
        expect([name, documents.rows, queries(Q).dims]).toEqual([name, 80, documents.dims]);
        expect(documents.data.every(Number.isFinite)).toBe(true);
      }
    }
  });
});

describe('invertedSoftmax', () => {
  test('ranks as exp(β·s)/Σ exp(β·s) over the bank, for queries that land on a hub; others as they did', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const [D, Q, bank] = [unit(15, 5, seed), unit(6, 5, seed + 1), unit(4, 5, seed + 2)];
        const beta = 10;
        const { documents, queries } = invertedSoftmax({ kernels, documents: D, bank, seed }, { beta });
        const best = (x: Float32Array) => kernels.topK(D, matrix(1, 5, x.slice()), 1).indices[0]!;
        const hubs = new Set(all(bank).map(best));
        expectRanking(documents, queries(Q), (q, d) => {
          const score = dot(row(D, d), row(Q, q));
          if (!hubs.has(best(row(Q, q)))) return score;
          const share = Math.exp(beta * score) / all(bank).reduce((s, p) => s + Math.exp(beta * dot(row(D, d), p)), 0);
          return Math.log(share) / beta;
        });
      }),
    );
  });
});
