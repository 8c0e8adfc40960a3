import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { secondsLeft } from '../../src/cli/time-left.ts';

const share = fc.double({ min: 0, max: 0.3, noNaN: true });

describe('secondsLeft', () => {
  test('at a steady speed is what the rest takes, whatever a cache had and whatever was done at the first report', () => {
    fc.assert(
      fc.property(share, share, fc.double({ min: 0.01, max: 0.3, noNaN: true }), (known, before, made) => {
        const first = { share: before, known: 0 };
        const now = { share: before + known + made, known };
        const left = secondsLeft(first, now, 1000 * made)!;
        expect(left).toBeCloseTo(1000 * (1 - now.share), 3);
      }),
    );
  });

  test('is nothing while all that is done was known', () => {
    expect(secondsLeft({ share: 0.1, known: 0.1 }, { share: 0.5, known: 0.5 }, 9)).toBeUndefined();
    expect(secondsLeft({ share: 0, known: 0 }, { share: 0, known: 0 }, 9)).toBeUndefined();
  });
});
