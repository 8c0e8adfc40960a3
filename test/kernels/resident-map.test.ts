import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { config } from '../../src/config.ts';
import { matrix } from '../../src/matrix.ts';
import { random } from '../../src/random.ts';
import { normalMatrix } from '../adapter/samples.ts';
import { implementations } from './implementations.ts';

const { fewRows } = config.kernels;
const width = fc.integer({ min: 1, max: 100 });
const rows = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: fewRows - 1, max: fewRows + 2 }));

for (const kernels of implementations) {
  describe(`ResidentMap, ${kernels.name}`, () => {
    test('gives what gemm gives, bit for bit, for few rows and for many', () => {
      fc.assert(
        fc.property(width, width, rows, fc.nat(), (k, n, m, seed) => {
          const [M, X] = [normalMatrix(random(seed), k, n), normalMatrix(random(seed + 1), m, k)];
          const held = kernels.holdMap(M);
          expect([held.rows, held.dims]).toEqual([k, n]);
          expect(held.apply(X)).toEqual(kernels.gemm(X, M));
          held.free();
        }),
      );
    });

    test('gives it for more rows than are summed at once', () => {
      const [M, X] = [normalMatrix(random(1), 600, 70), normalMatrix(random(2), 3, 600)];
      const held = kernels.holdMap(M);
      expect(held.apply(X)).toEqual(kernels.gemm(X, M));
      held.free();
    });

    test('refuses another width, and any use after free', () => {
      const held = kernels.holdMap(normalMatrix(random(1), 5, 4));
      expect(() => held.apply(matrix(1, 4))).toThrow(/4/);
      held.free();
      held.free();
      expect(() => held.apply(matrix(1, 5))).toThrow(/after free/);
    });
  });
}
