import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { learningRate } from '../../../src/distil/train/schedule.ts';

describe('learningRate', () => {
  test('is positive, reaches the peak once, rises before it and falls after it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), (steps) => {
        const rates = Array.from({ length: steps }, (_, i) => learningRate(0.01, steps, i + 1));
        const top = rates.indexOf(Math.max(...rates));
        expect(rates.every((rate) => rate > 0 && rate <= 0.01)).toBe(true);
        expect(rates.every((rate, i) => i === 0 || (i <= top ? rate > rates[i - 1]! : rate < rates[i - 1]!))).toBe(
          true,
        );
        expect(top).toBeLessThanOrEqual(Math.max(0, Math.round(steps * 0.05)));
      }),
    );
  });
});
