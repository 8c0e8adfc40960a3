import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { holm } from '../../src/evaluate/holm.ts';

const p = fc.double({ min: 0, max: 1, noNaN: true });

describe('holm', () => {
  test('never lowers a p, never passes 1, and keeps the order', () => {
    fc.assert(
      fc.property(fc.array(p), (values) => {
        const adjusted = holm(values);
        values.forEach((value, i) => {
          expect(adjusted[i]).toBeGreaterThanOrEqual(value);
          expect(adjusted[i]).toBeLessThanOrEqual(1);
          values.forEach((other, j) => {
            if (value < other) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j]!);
          });
        });
      }),
    );
  });

  test('rejects no more than single tests and no less than Bonferroni', () => {
    fc.assert(
      fc.property(fc.array(p, { minLength: 1 }), (values) => {
        holm(values).forEach((adjusted, i) => {
          expect(adjusted).toBeLessThanOrEqual(Math.min(1, values.length * values[i]!) + 1e-12);
        });
      }),
    );
  });

  test('multiplies the smallest by the number of tests, the next by one less', () => {
    expect(holm([0.01, 0.2, 0.03]).map((adjusted) => Number(adjusted.toFixed(12)))).toEqual([0.03, 0.2, 0.06]);
  });

  test('leaves one test as it is, and gives none for none', () => {
    expect(holm([0.04])).toEqual([0.04]);
    expect(holm([])).toEqual([]);
  });
});
