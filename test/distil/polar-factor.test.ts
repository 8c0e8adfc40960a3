import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { Matrix as Dense, SingularValueDecomposition } from 'ml-matrix';
import { polarFactor } from '../../src/distil/polar-factor.ts';
import { random } from '../../src/random.ts';

function dense(rows: number, columns: number, seed: number, rank = Math.min(rows, columns)): Dense {
  const { normal } = random(seed);
  const of = (r: number, c: number) => Dense.from1DArray(r, c, Array.from({ length: r * c }, normal));
  return of(rows, rank).mmul(of(rank, columns));
}

function farthestFromIdentity(R: Dense): number {
  const product = R.rows >= R.columns ? R.transpose().mmul(R) : R.mmul(R.transpose());
  return Dense.sub(product, Dense.eye(product.rows)).abs().max();
}

const sizes = fc.record({
  rows: fc.integer({ min: 1, max: 24 }),
  columns: fc.integer({ min: 1, max: 24 }),
  seed: fc.nat(),
});

describe('polarFactor', () => {
  test('is orthogonal to 1e-5 for every shape and rank, zero included', () => {
    fc.assert(
      fc.property(sizes, fc.nat({ max: 24 }), ({ rows, columns, seed }, rank) => {
        const least = Math.min(rank, rows, columns);
        const M = least === 0 ? Dense.zeros(rows, columns) : dense(rows, columns, seed, least);
        expect(farthestFromIdentity(polarFactor(M))).toBeLessThan(1e-5);
      }),
    );
  });

  test('equals UVᵀ of the singular value decomposition where M has full rank', () => {
    fc.assert(
      fc.property(sizes, ({ rows, columns, seed }) => {
        const [tall, wide] = [Math.max(rows, columns) + 4, Math.min(rows, columns)];
        const M = dense(tall, wide, seed);
        const { leftSingularVectors: U, rightSingularVectors: V } = new SingularValueDecomposition(M);
        expect(Dense.sub(polarFactor(M), U.mmul(V.transpose())).abs().max()).toBeLessThan(1e-5);
      }),
    );
  });
});
