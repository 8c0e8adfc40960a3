import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { permutation } from '../../src/evaluate/permutation.ts';
import { random } from '../../src/random.ts';

const figure = fc.double({ min: 0, max: 1, noNaN: true });

describe('permutation', () => {
  test('of identical systems gives p = 1', () => {
    fc.assert(
      fc.property(fc.array(figure, { maxLength: 40 }), (a) => {
        expect(permutation(a, a, { samples: 100 })).toMatchObject({ difference: 0, p: 1 });
      }),
    );
  });

  test('of exchanged systems gives the same p', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(figure, figure), { maxLength: 30 }), fc.nat(), (pairs, seed) => {
        const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
        expect(permutation(b, a, { samples: 100, seed }).p).toBe(permutation(a, b, { samples: 100, seed }).p);
      }),
    );
  });

  test('counts every way of few queries, and samples near that for more', () => {
    const { uniform } = random(21);
    for (let round = 0; round < 20; round++) {
      const a = Array.from({ length: 12 }, uniform);
      const b = a.map((x) => x + 0.1 + 0.3 * (uniform() - 0.5));
      const all = permutation(a, b, { samples: 4096 });
      const some = permutation(a, b, { samples: 4095, seed: round });
      expect([all.exact, some.exact]).toEqual([true, false]);
      expect(Math.abs(all.p - some.p)).toBeLessThan(0.04); // 5 standard errors of a share of 4,095
    }
    expect(permutation([0, 0, 0, 0, 0], [1, 1, 1, 1, 1]).p).toBe(2 / 32);
  });

  test('gives uniform p where there is no difference', () => {
    const { normal } = random(22);
    const p = Array.from({ length: 400 }, (_, seed) => {
      const a = Array.from({ length: 30 }, normal);
      return permutation(
        a,
        a.map((x) => x + normal()),
        { samples: 500, seed },
      ).p;
    }).sort((x, y) => x - y);
    // Kolmogorov–Smirnov: above 1.63/√400 = .081 once in a hundred.
    expect(Math.max(...p.map((x, i) => Math.abs(x - (i + 0.5) / 400)))).toBeLessThan(0.081);
  });
});
