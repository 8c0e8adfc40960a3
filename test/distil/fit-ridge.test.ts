import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { Matrix as Dense, solve } from 'ml-matrix';
import { applyAffine, ridgeEquations } from '../../src/distil/fit-ridge.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { matrix } from '../../src/matrix.ts';
import { normals } from './toy.ts';

const kernels = await loadKernels();

describe('ridgeEquations', () => {
  test("equals ml-matrix's exact solution, with intercept and without", () => {
    fc.assert(
      fc.property(fc.nat(), fc.boolean(), fc.integer({ min: 20, max: 300 }), (seed, intercept, n) => {
        const [d, e, lambda] = [6, 4, 0.01];
        const [X, Y] = [normals(n, d, seed), normals(n, e, seed + 1)];
        X.data.forEach((x, i) => {
          X.data[i] = x + (i % d) / 4; // a mean that is not zero
        });
        const center = (D: Dense) => (intercept ? D.clone().center('column') : D.clone());
        const [A, B] = [center(Dense.from1DArray(n, d, X.data)), center(Dense.from1DArray(n, e, Y.data))];
        const G = A.transpose().mmul(A);
        const penalty = Dense.eye(d).mul((lambda * G.trace()) / d);
        const exact = solve(Dense.add(G, penalty), A.transpose().mmul(B)).to1DArray();
        const { map, bias } = ridgeEquations(kernels, X, Y, intercept).solve(lambda);
        expect(bias === null).toBe(!intercept);
        map.data.forEach((value, i) => {
          expect(Math.abs(value - exact[i]!)).toBeLessThan(1e-4);
        });
      }),
      { numRuns: 50 },
    );
  });

  test('finds an affine map that is there', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const X = normals(100, 5, seed);
        const truth = { map: normals(5, 3, seed + 1), bias: Float32Array.from([1, -2, 3]) };
        const Y = applyAffine(kernels, X, truth);
        const found = applyAffine(kernels, X, ridgeEquations(kernels, X, Y, true).solve(1e-7));
        found.data.forEach((value, i) => {
          expect(Math.abs(value - Y.data[i]!)).toBeLessThan(1e-3);
        });
      }),
      { numRuns: 30 },
    );
  });

  test('gives the mean of the targets for inputs that are all zero', () => {
    const Y = matrix(2, 1, new Float32Array([1, 3]));
    const { map, bias } = ridgeEquations(kernels, matrix(2, 3), Y, true).solve(0.1);
    expect([Array.from(map.data), Array.from(bias!)]).toEqual([[0, 0, 0], [2]]);
  });
});
