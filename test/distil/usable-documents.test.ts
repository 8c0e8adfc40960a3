import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { usableDocuments } from '../../src/distil/usable-documents.ts';
import { matrix } from '../../src/matrix.ts';

const kinds = fc.array(fc.constantFrom('good', 'zero', 'NaN', 'infinite', 'failed'), { maxLength: 20 });

describe('usableDocuments', () => {
  test('leaves out what failed, is zero or is not finite, and counts it', () => {
    fc.assert(
      fc.property(kinds, kinds, (first, second) => {
        const n = Math.min(first.length, second.length);
        const source = (list: string[]) => {
          const value = { good: 1, zero: 0, NaN: Number.NaN, infinite: -Infinity, failed: 1 } as Record<string, number>;
          const vectors = matrix(
            n,
            2,
            Float32Array.from({ length: 2 * n }, (_, i) => (i % 2 ? 0 : value[list[i >> 1]!]!)),
          );
          return { vectors, failed: list.slice(0, n).flatMap((kind, i) => (kind === 'failed' ? [i] : [])) };
        };
        const { rows, failed } = usableDocuments(n, source(first), source(second));
        const expected = Array.from({ length: n }, (_, i) => i).filter(
          (i) => first[i] === 'good' && second[i] === 'good',
        );
        expect([Array.from(rows), failed]).toEqual([expected, n - expected.length]);
      }),
    );
  });
});
