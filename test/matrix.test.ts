import { describe, expect, test } from 'bun:test';
import { assertFinite } from '../src/matrix.ts';

describe('assertFinite', () => {
  test('accepts a matrix without rows', () => {
    expect(() => assertFinite({ rows: 0, dims: 3, data: new Float32Array(0) }, 'X')).not.toThrow();
  });

  test('throws not_finite, naming the place', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const data = new Float32Array(6).with(5, bad);
      expect(() => assertFinite({ rows: 2, dims: 3, data }, 'X')).toThrow(`X: row 1, column 2 is ${bad}`);
    }
  });

  test('throws shape_mismatch for fewer or more numbers than rows and columns say', () => {
    for (const length of [0, 5, 7]) {
      expect(() => assertFinite({ rows: 2, dims: 3, data: new Float32Array(length) }, 'X')).toThrow(
        `a 2 × 3 matrix needs 6 numbers, got ${length}`,
      );
    }
  });
});
