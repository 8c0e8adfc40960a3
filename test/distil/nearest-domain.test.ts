import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { config } from '../../src/config.ts';
import { learnDomain, nearestDomain } from '../../src/distil/nearest-domain.ts';
import { splitDocuments } from '../../src/distil/split-documents.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { type Matrix, matrix, pickRows, row } from '../../src/matrix.ts';
import { normals } from './toy.ts';

const kernels = await loadKernels();
/** Unit rows around a direction. */
function around(direction: Float32Array, n: number, spread: number, seed: number): Matrix {
  const X = normals(n, direction.length, seed);
  for (let e = 0; e < X.data.length; e++) X.data[e] = direction[e % direction.length]! + spread * X.data[e]!;
  return kernels.normalize(X);
}
const axis = (at: number) => Float32Array.from({ length: 12 }, (_, j) => (j === at ? 1 : 0));

describe('nearestDomain', () => {
  test('a text is of the nearest domain that reaches it, and of none when all are too far', () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0.02, max: 1, noNaN: true }), (seed, spread) => {
        const domains = [0, 1, 2].map((at) => learnDomain(kernels, around(axis(at), 60, spread, seed + at), seed));
        const X = kernels.normalize(normals(40, 12, seed + 9));
        const far = (i: number, at: number) =>
          1 - row(X, i).reduce((sum, x, j) => sum + x * domains[at]!.centroid[j]!, 0);
        nearestDomain(X, domains).forEach((at, i) => {
          const inside = domains.map((_, d) => far(i, d)).map((d, k) => (d <= domains[k]!.reach + 1e-6 ? d : Infinity));
          expect(at < 0 ? Infinity : inside[at]!).toBeCloseTo(Math.min(...inside), 5);
        });
      }),
      { numRuns: 30 },
    );
  });

  test('the reach takes in the share of held-out examples that the settings name, and next to nothing of elsewhere', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const examples = around(axis(0), 500, 0.15, seed);
        const domain = learnDomain(kernels, examples, seed);
        const { heldOut } = splitDocuments(500, seed);
        const own = nearestDomain(pickRows(examples, heldOut), [domain]).filter((at) => at === 0).length;
        expect(own / heldOut.length).toBeGreaterThanOrEqual(config.distil.domainReach);
        expect(own).toBeLessThan(heldOut.length);
        expect(nearestDomain(around(axis(5), 100, 0.15, seed + 1), [domain]).every((at) => at < 0)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  test('no domain, no text of one; a single example reaches itself', () => {
    expect(nearestDomain(around(axis(0), 3, 0.1, 1), [])).toEqual(Int32Array.of(-1, -1, -1));
    const one = matrix(1, 12, axis(3));
    expect(nearestDomain(one, [learnDomain(kernels, one, 0)])).toEqual(Int32Array.of(0));
  });
});
