import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { quantise } from '../../src/adapter/quantise.ts';
import { ChelatedError } from '../../src/errors.ts';
import { matrix } from '../../src/matrix.ts';

const numbers = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 40 });

describe('quantise', () => {
  test('every number comes back within half a step', () => {
    fc.assert(
      fc.property(numbers, (list) => {
        const x = Float32Array.from(list);
        fc.pre(x.reduce((most, v) => Math.max(most, Math.abs(v)), 0) >= 1e-35);
        const { data, scales } = quantise(matrix(1, x.length, x));
        const step = scales[0]!;
        x.forEach((value, j) => {
          expect(Math.abs(value - step * data[j]!)).toBeLessThanOrEqual((0.5 + 2 ** -16) * step);
        });
      }),
      { numRuns: 500 },
    );
  });

  test('signs turn with the row, zero stays zero, and the largest entry uses the whole range', () => {
    fc.assert(
      fc.property(numbers, (list) => {
        const x = Float32Array.from(list);
        fc.pre(x.some((v) => Math.abs(v) >= 1e-35));
        const [up, down] = [x, x.map((v) => -v)].map((row) => quantise(matrix(1, row.length, row)));
        // Math.round takes halves up: a number on the middle of a step may go either way.
        up!.data.forEach((q, j) => {
          expect(Math.abs(q + down!.data[j]!)).toBeLessThanOrEqual(1);
          if (x[j] === 0) expect(q).toBe(0);
        });
        expect(up!.data.reduce((most, q) => Math.max(most, Math.abs(q)), 0)).toBe(127);
      }),
    );
  });

  test('a zero row has scale 0; rows do not touch each other', () => {
    const { data, scales } = quantise(matrix(2, 2, Float32Array.of(0, 0, 1, -1)));
    expect(Array.from(data)).toEqual([0, 0, 127, -127]);
    expect(scales[0]).toBe(0);
  });

  test('throws not_finite', () => {
    expect(() => quantise(matrix(1, 1, Float32Array.of(Number.NaN)))).toThrow(ChelatedError);
  });
});
