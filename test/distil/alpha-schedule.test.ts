import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { alphaSchedule } from '../../src/distil/alpha-schedule.ts';

const weight = fc.double({ min: 0, max: 1, noNaN: true });
const shape = fc.constantFrom('linear' as const, 'cosine' as const);

describe('alphaSchedule', () => {
  test('begins and ends where it says, bit for bit, and stays there', () => {
    fc.assert(
      fc.property(weight, weight, fc.integer({ min: 2, max: 40 }), shape, (from, to, cycles, shape) => {
        const alphaOf = alphaSchedule({ from, to, cycles, shape });
        expect([alphaOf(1), alphaOf(cycles), alphaOf(cycles + 7)]).toEqual([from, to, to]);
      }),
    );
  });

  test('goes one way only, and stays between its ends', () => {
    fc.assert(
      fc.property(weight, weight, fc.integer({ min: 1, max: 40 }), shape, (from, to, cycles, shape) => {
        const alphaOf = alphaSchedule({ from, to, cycles, shape });
        const [low, high] = [Math.min(from, to), Math.max(from, to)];
        for (let cycle = 1; cycle <= cycles; cycle++) {
          expect(alphaOf(cycle)).toBeGreaterThanOrEqual(low - 1e-12);
          expect(alphaOf(cycle)).toBeLessThanOrEqual(high + 1e-12);
          if (cycle > 1) expect((alphaOf(cycle) - alphaOf(cycle - 1)) * (to - from)).toBeGreaterThanOrEqual(-1e-12);
        }
      }),
    );
  });

  test('the cosine is slower than the line at both ends, and meets it in the middle', () => {
    const [line, cosine] = (['linear', 'cosine'] as const).map((shape) =>
      alphaSchedule({ from: 1, to: 0, cycles: 21, shape }),
    );
    expect(cosine!(3)).toBeGreaterThan(line!(3));
    expect(cosine!(19)).toBeLessThan(line!(19));
    expect(cosine!(11)).toBeCloseTo(line!(11), 12);
  });

  test('refuses weights outside 0 … 1 and no cycles', () => {
    expect(() => alphaSchedule({ from: 1.1, to: 0, cycles: 3, shape: 'linear' })).toThrow(
      'must be from 0 to 1, got 1.1',
    );
    expect(() => alphaSchedule({ from: 1, to: 0, cycles: 2, shape: 'square' as 'linear' })).toThrow('got square');
    expect(() => alphaSchedule({ from: 1, to: 0, cycles: 0, shape: 'linear' })).toThrow('from 1, got 0');
  });
});
