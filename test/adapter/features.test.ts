import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { phi } from '../../src/adapter/features.ts';
import { keepRows } from '../../src/adapter/keep-rows.ts';
import { ChelatedError } from '../../src/errors.ts';
import { tokenBags } from '../../src/token-bags.ts';

const vocabulary = 30;
const texts = fc.array(fc.array(fc.nat(vocabulary - 1), { maxLength: 12 }), { maxLength: 6 });
const weights = fc
  .array(fc.float({ min: Math.fround(0.001), max: 2, noNaN: true }), { minLength: vocabulary, maxLength: vocabulary })
  .map((list) => Float32Array.from(list));

describe('phi', () => {
  test('rows have unit length, or no entry that is not zero', () => {
    fc.assert(
      fc.property(texts, weights, fc.constantFrom('count' as const, 'log' as const), (lists, w, frequency) => {
        const { rows, offsets, values } = phi(tokenBags(lists), w, frequency);
        expect(rows).toBe(lists.length);
        for (let i = 0; i < rows; i++) {
          const norm = Math.hypot(...values.subarray(offsets[i]!, offsets[i + 1]!));
          expect(Math.abs(norm - (lists[i]!.length > 0 ? 1 : 0))).toBeLessThan(1e-6);
        }
      }),
    );
  });

  test('entries stand to each other as weight times count, or times log(1 + count)', () => {
    const bags = tokenBags([[4, 4, 4, 9]]);
    const w = new Float32Array(vocabulary).fill(2).with(9, 5);
    const ratio = (frequency: 'count' | 'log') => {
      const { values } = phi(bags, w, frequency);
      return values[0]! / values[1]!;
    };
    expect(ratio('count')).toBeCloseTo((2 * 3) / 5, 6);
    expect(ratio('log')).toBeCloseTo((2 * Math.log(4)) / (5 * Math.log(2)), 6);
  });

  test('weights that are all zero give a zero row', () => {
    expect(phi(tokenBags([[1, 2]]), new Float32Array(vocabulary), 'count').values).toEqual(new Float32Array(2));
  });

  test('throws shape_mismatch for a token outside the vocabulary, and leaves the bags as they were', () => {
    const bags = tokenBags([[1], [vocabulary]]);
    const counts = bags.counts.slice();
    expect(() => phi(bags, new Float32Array(vocabulary), 'count')).toThrow(ChelatedError);
    phi(bags, new Float32Array(vocabulary + 1).fill(3), 'count');
    expect(bags.counts).toEqual(counts);
  });
});

describe('keepRows', () => {
  test('a table split in two by tokens keeps every entry in one of the halves, in order', () => {
    fc.assert(
      fc.property(
        texts,
        weights,
        fc.array(fc.boolean(), { minLength: vocabulary, maxLength: vocabulary }),
        (lists, w, side) => {
          const features = phi(tokenBags(lists), w, 'count');
          const all = Int32Array.from({ length: vocabulary }, (_, t) => t);
          const [yes, no] = [true, false].map((kept) =>
            keepRows(
              features,
              all.map((t) => (side[t] === kept ? t : -1)),
              vocabulary,
            ),
          );
          for (let i = 0; i < features.rows; i++) {
            const entries = (half: typeof features) =>
              Array.from(half.ids.subarray(half.offsets[i]!, half.offsets[i + 1]!), (id, e) => [
                id,
                half.values[half.offsets[i]! + e]!,
              ]);
            const merged = [...entries(yes!), ...entries(no!)].sort(([a], [b]) => a! - b!);
            expect(merged).toEqual(entries(features));
          }
        },
      ),
    );
  });
});
