import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { bootstrap } from '../../src/evaluate/bootstrap.ts';
import { random } from '../../src/random.ts';

const figure = fc.double({ min: 0, max: 1, noNaN: true });
const pairs = fc.array(fc.tuple(figure, figure), { minLength: 1, maxLength: 30 });
const samples = 200;
const seed = fc.nat();

describe('bootstrap', () => {
  test('of identical systems gives p = 1 and an interval of 0', () => {
    fc.assert(
      fc.property(fc.array(figure), seed, (a, s) => {
        expect(bootstrap(a, a, { samples, seed: s })).toEqual({ difference: 0, low: 0, high: 0, p: 1, samples });
      }),
    );
  });

  test('of exchanged systems gives the opposite difference and interval, and the same p', () => {
    fc.assert(
      fc.property(pairs, seed, (list, s) => {
        const [a, b] = [list.map(([x]) => x), list.map(([, y]) => y)];
        const there = bootstrap(a, b, { samples, seed: s });
        const back = bootstrap(b, a, { samples, seed: s });
        expect(back.difference).toBeCloseTo(-there.difference, 12);
        expect(back.low).toBeCloseTo(-there.high, 12);
        expect(back.high).toBeCloseTo(-there.low, 12);
        expect(back.p).toBe(there.p);
      }),
    );
  });

  test('keeps the interval inside the range of the differences, and wider for more confidence', () => {
    fc.assert(
      fc.property(pairs, seed, (list, s) => {
        const [a, b] = [list.map(([x]) => x), list.map(([, y]) => y)];
        const wide = bootstrap(a, b, { samples, seed: s, confidence: 0.99 });
        const narrow = bootstrap(a, b, { samples, seed: s, confidence: 0.5 });
        const deltas = list.map(([x, y]) => y - x);
        expect(wide.low).toBeGreaterThanOrEqual(Math.min(...deltas) - 1e-12);
        expect(wide.high).toBeLessThanOrEqual(Math.max(...deltas) + 1e-12);
        expect(wide.low).toBeLessThanOrEqual(narrow.low);
        expect(wide.high).toBeGreaterThanOrEqual(narrow.high);
      }),
    );
  });

  test('covers the true difference about as often as it says', () => {
    const { normal } = random(11);
    let covered = 0;
    const rounds = 300;
    for (let i = 0; i < rounds; i++) {
      const a = Array.from({ length: 50 }, normal);
      const b = a.map((x) => x + 0.3 + normal());
      const { low, high } = bootstrap(a, b, { samples: 400, seed: i });
      if (low <= 0.3 && 0.3 <= high) covered++;
    }
    expect(covered / rounds).toBeGreaterThan(0.9); // .95 less the percentile interval's shortfall at n = 50 and chance
    expect(covered / rounds).toBeLessThan(0.99);
  });

  test('finds no difference wrongly about as often as p says, and a clear one', () => {
    const { normal } = random(12);
    const p = Array.from({ length: 300 }, (_, i) => {
      const a = Array.from({ length: 50 }, normal);
      const b = a.map((x) => x + normal());
      return bootstrap(a, b, { samples: 400, seed: i }).p;
    });
    for (const level of [0.1, 0.5]) {
      expect(Math.abs(p.filter((x) => x <= level).length / p.length - level)).toBeLessThan(0.08);
    }
    const a = Array.from({ length: 50 }, normal);
    expect(
      bootstrap(
        a,
        a.map((x) => x + 1 + 0.5 * normal()),
        { samples: 400 },
      ).p,
    ).toBe(1 / 401);
  });

  test('gives the same for the same seed', () => {
    const [a, b] = [
      [0.1, 0.5, 0.9, 0.2],
      [0.2, 0.4, 1, 0.7],
    ];
    expect(bootstrap(a, b, { seed: 3 })).toEqual(bootstrap(a, b, { seed: 3 }));
    expect(bootstrap(a, b, { seed: 3 })).not.toEqual(bootstrap(a, b, { seed: 4 }));
  });

  test('throws shape_mismatch when lengths differ and not_finite on NaN', () => {
    expect(() => bootstrap([1], [1, 2])).toThrow(expect.objectContaining({ code: 'shape_mismatch' }));
    expect(() => bootstrap([1], [Number.NaN])).toThrow(expect.objectContaining({ code: 'not_finite' }));
  });
});
