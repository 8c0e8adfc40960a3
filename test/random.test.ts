import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { random } from '../src/random.ts';

const seeds = fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });

describe('random', () => {
  test('gives the same stream for the same seed', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const [a, b] = [random(seed), random(seed)];
        for (let i = 0; i < 20; i++) expect(a.uniform()).toBe(b.uniform());
        expect(a.normal()).toBe(b.normal());
        expect(a.integer(97)).toBe(b.integer(97));
      }),
    );
  });

  test('gives another stream for another seed, also when only the high bits differ', () => {
    fc.assert(
      fc.property(seeds, seeds, (a, b) => {
        fc.pre(a !== b);
        const draws = (seed: number) => Array.from({ length: 4 }, random(seed).uniform).join();
        expect(draws(a)).not.toBe(draws(b));
      }),
    );
    expect(random(1).uniform()).not.toBe(random(1 + 2 ** 32).uniform());
  });

  test('has the mean and variance of a uniform and of a normal', () => {
    const { uniform, normal } = random(1);
    const n = 100_000;
    const moments = (draw: () => number) => {
      let sum = 0;
      let squares = 0;
      for (let i = 0; i < n; i++) {
        const x = draw();
        sum += x;
        squares += x * x;
      }
      return [sum / n, squares / n - (sum / n) ** 2] as const;
    };
    const [uniformMean, uniformVariance] = moments(uniform);
    expect(Math.abs(uniformMean - 0.5)).toBeLessThan(0.005);
    expect(Math.abs(uniformVariance - 1 / 12)).toBeLessThan(0.001);
    const [normalMean, normalVariance] = moments(normal);
    expect(Math.abs(normalMean)).toBeLessThan(0.016);
    expect(Math.abs(normalVariance - 1)).toBeLessThan(0.025);
  });

  test('integer(n) reaches every value equally often', () => {
    const { integer } = random(2);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[integer(7)]! += 1;
    // χ² with 6 degrees of freedom is above 22.5 once in a thousand seeds; this seed is fixed.
    const chi2 = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chi2).toBeLessThan(22.5);
  });

  test('shuffle keeps the elements and returns its array', () => {
    fc.assert(
      fc.property(seeds, fc.array(fc.integer()), (seed, array) => {
        const copy = [...array];
        expect(random(seed).shuffle(copy)).toBe(copy);
        expect(copy.sort((a, b) => a - b)).toEqual([...array].sort((a, b) => a - b));
      }),
    );
  });

  test('shuffle reaches every permutation equally often', () => {
    const { shuffle } = random(3);
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const key = shuffle([0, 1, 2, 3]).join('');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(160);
  });

  test('refuses a seed or a bound that is not an integer in range', () => {
    for (const seed of [0.5, Number.NaN, 2 ** 60]) expect(() => random(seed)).toThrow(TypeError);
    for (const n of [0, -1, 1.5, 2 ** 33]) expect(() => random(0).integer(n)).toThrow(TypeError);
  });
});
