import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { noiseSets } from '../../src/collapse/noise-sets.ts';
import { pushTargets } from '../../src/collapse/push-targets.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { matrix, row } from '../../src/matrix.ts';
import { normals } from '../distil/toy.ts';

const kernels = await loadKernels();
const options = { eta: 0.1, minimumEvents: 3 };
const eventsOf = fc.array(fc.uniqueArray(fc.nat({ max: 9 }), { minLength: 1, maxLength: 5 }), { maxLength: 30 });
const distance = (x: ArrayLike<number>, y: ArrayLike<number>) =>
  Math.hypot(...Array.from(x, (value, i) => value - y[i]!));

describe('pushTargets', () => {
  test('moves by η away from the mean of the collapse vectors, and never nearer', () => {
    fc.assert(
      fc.property(eventsOf, fc.nat(), (lists, seed) => {
        const X = kernels.normalize(normals(10, 4, seed));
        const sets = noiseSets(
          10,
          lists.map((list) => Uint32Array.from(list)),
          32,
        );
        const { H } = pushTargets(kernels, X, sets, options);
        for (let i = 0; i < 10; i++) {
          const others = sets.of(i).flatMap((event) => [...sets.events[event]!].filter((j) => j !== i));
          const [x, h] = [row(X, i), row(H, i)];
          if (sets.of(i).length < 3 || others.length === 0) {
            expect(h).toEqual(x);
            continue;
          }
          const c = Array.from(x, (_, d) => others.reduce((sum, j) => sum + row(X, j)[d]!, 0) / others.length);
          expect(distance(h, c)).toBeGreaterThan(distance(x, c) - 1e-6);
          const away = x.map((value, d) => value + (0.1 * (value - c[d]!)) / distance(x, c));
          expect(
            distance(
              h,
              away.map((value) => value / Math.hypot(...away)),
            ),
          ).toBeLessThan(1e-4);
        }
      }),
    );
  });

  test('leaves a document alone that has fewer than three events, or that equals what it collapses with', () => {
    const X = matrix(3, 2, new Float32Array([0.6, 0.8, 0.6, 0.8, 1, 0]));
    const twice = noiseSets(3, [new Uint32Array([0, 2]), new Uint32Array([0, 2])], 32);
    expect(pushTargets(kernels, X, twice, options)).toEqual({ H: X, pushed: 0 });
    const same = noiseSets(
      3,
      Array.from({ length: 3 }, () => new Uint32Array([0, 1])),
      32,
    );
    expect(pushTargets(kernels, X, same, options).H.data).toEqual(X.data);
  });

  test('does nothing at η = 0', () => {
    const X = kernels.normalize(normals(4, 3, 1));
    const sets = noiseSets(
      4,
      Array.from({ length: 5 }, () => new Uint32Array([0, 1, 2, 3])),
      32,
    );
    expect(pushTargets(kernels, X, sets, { ...options, eta: 0 }).H.data).toEqual(X.data);
  });
});
