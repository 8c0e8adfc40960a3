import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { rank, withoutId } from '../../src/evaluate/ranking.ts';

const entries = fc.uniqueArray(
  fc.tuple(fc.string({ unit: 'grapheme', minLength: 1 }), fc.integer({ min: -3, max: 3 })),
  {
    selector: ([id]) => id,
  },
);
const split = (pairs: readonly (readonly [string, number])[]) =>
  [pairs.map(([id]) => id), pairs.map(([, score]) => score)] as const;

describe('rank', () => {
  test('orders by score, ties by the bytes of the id, descending', () => {
    fc.assert(
      fc.property(entries, (pairs) => {
        const { ids, scores } = rank(...split(pairs));
        expect(ids.length).toBe(pairs.length);
        for (let i = 1; i < ids.length; i++) {
          const bytes = Buffer.compare(Buffer.from(ids[i - 1]!), Buffer.from(ids[i]!));
          expect(scores[i - 1]! > scores[i]! || (scores[i - 1] === scores[i] && bytes > 0)).toBe(true);
        }
      }),
    );
  });

  test('does not depend on the order of its input', () => {
    fc.assert(
      fc.property(
        entries.chain((pairs) => fc.tuple(fc.constant(pairs), fc.shuffledSubarray(pairs, { minLength: pairs.length }))),
        ([pairs, shuffled]) => {
          expect(rank(...split(shuffled))).toEqual(rank(...split(pairs)));
        },
      ),
    );
  });

  test('of k gives the first k of all', () => {
    fc.assert(
      fc.property(entries, fc.integer({ min: 0, max: 8 }), (pairs, k) => {
        expect(rank(...split(pairs), k).ids).toEqual(rank(...split(pairs)).ids.slice(0, k));
      }),
    );
  });

  test('takes scores that differ only beyond f32 as a tie', () => {
    expect(rank(['a', 'b'], [1 + 1e-12, 1]).ids).toEqual(['b', 'a']);
  });

  test('keeps the best-ranked of a repeated id', () => {
    expect(rank(['a', 'b', 'a'], [0.1, 0.2, 0.3], 2)).toEqual({
      ids: ['a', 'b'],
      scores: new Float32Array([0.3, 0.2]),
    });
  });

  test('ranks infinities at the ends', () => {
    const ids = ['low', 'high', 'mid', 'high2'];
    expect(rank(ids, [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0, Number.POSITIVE_INFINITY]).ids).toEqual([
      'high2',
      'high',
      'mid',
      'low',
    ]);
  });

  test('throws not_finite on NaN and shape_mismatch when counts differ', () => {
    expect(() => rank(['a'], [Number.NaN])).toThrow(expect.objectContaining({ code: 'not_finite' }));
    expect(() => rank(['a'], [])).toThrow(expect.objectContaining({ code: 'shape_mismatch' }));
  });
});

describe('withoutId', () => {
  test('takes one id out and leaves the rest in order', () => {
    const list = rank(['a', 'b', 'c'], [3, 2, 1]);
    expect(withoutId(list, 'b')).toEqual({ ids: ['a', 'c'], scores: new Float32Array([3, 1]) });
    expect(withoutId(list, 'x')).toBe(list);
  });
});
