import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { fuse, fuseRuns, fusions } from '../../src/evaluate/fuse.ts';
import { type RankedList, rank } from '../../src/evaluate/ranking.ts';

const listOf = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...'abcdefghij'), fc.integer({ min: -100, max: 100 })), {
    selector: ([id]) => id,
    maxLength: 10,
  })
  .map(
    (pairs): RankedList =>
      rank(
        pairs.map(([id]) => id),
        pairs.map(([, score]) => score),
      ),
  );
const methodOf = fc.constantFrom(...fusions);

describe('fuse', () => {
  test('holds each document of any list once', () => {
    fc.assert(
      fc.property(listOf, listOf, methodOf, (a, b, method) => {
        const fused = fuse([a, b], { method });
        expect([...fused.ids].sort()).toEqual([...new Set([...a.ids, ...b.ids])].sort());
      }),
    );
  });

  test('a list alone, or with weight against none, keeps its order', () => {
    fc.assert(
      fc.property(listOf, listOf, methodOf, (a, b, method) => {
        const strictly = new Set(a.scores).size === a.ids.length;
        fc.pre(strictly);
        expect(fuse([a], { method }).ids).toEqual([...a.ids]);
        const both = fuse([a, b], { method, weights: [1, 0] }).ids.filter((id) => a.ids.includes(id));
        if (method === 'reciprocal-rank') expect(both).toEqual([...a.ids]);
      }),
    );
  });

  test('does not depend on the order of the lists', () => {
    fc.assert(
      fc.property(listOf, listOf, methodOf, (a, b, method) => {
        const [one, other] = [fuse([a, b], { method, weights: [1, 2] }), fuse([b, a], { method, weights: [2, 1] })];
        expect(one.ids).toEqual(other.ids);
      }),
    );
  });

  test('z-scores do not change when a list’s scores are scaled and shifted', () => {
    fc.assert(
      fc.property(listOf, listOf, fc.integer({ min: 1, max: 9 }), (a, b, scale) => {
        const moved = { ids: b.ids, scores: b.scores.map((score) => scale * score + 17) };
        const [one, other] = [fuse([a, b]), fuse([a, moved])];
        const scoreOf = new Map(other.ids.map((id, i) => [id, other.scores[i]!]));
        one.ids.forEach((id, i) => {
          expect(one.scores[i]!).toBeCloseTo(scoreOf.get(id)!, 4);
        });
      }),
    );
  });

  test('a document above another in both lists stays above it', () => {
    fc.assert(
      fc.property(listOf, listOf, methodOf, (a, b, method) => {
        const fused = fuse([a, b], { method });
        const score = ({ ids, scores }: RankedList, id: string) => scores[ids.indexOf(id)]!;
        const common = a.ids.filter((id) => b.ids.includes(id));
        for (const x of common) {
          for (const y of common) {
            if (score(a, x) > score(a, y) && score(b, x) > score(b, y)) {
              expect(score(fused, x)).toBeGreaterThanOrEqual(score(fused, y));
            }
          }
        }
      }),
    );
  });

  test('throws invalid_input without one weight a list', () => {
    const list = { ids: ['a'], scores: Float32Array.of(1) };
    expect(() => fuse([list, list], { weights: [1] })).toThrow('2 ranked lists need as many weights');
    expect(() => fuse([list], { weights: [-1] })).toThrow('weights of at least 0, got [-1]');
  });
});

describe('fuseRuns', () => {
  test('fuses query by query, an absent list saying nothing', () => {
    const a = new Map([
      ['q', { ids: ['a', 'b'], scores: Float32Array.of(2, 1) }],
      ['r', { ids: ['a', 'b'], scores: Float32Array.of(2, 1) }],
    ]);
    const b = new Map([['q', { ids: ['b', 'a'], scores: Float32Array.of(9, 1) }]]);
    const fused = fuseRuns([a, b], { weights: [0.3, 0.7] });
    expect(fused.get('q')!.ids).toEqual(['b', 'a']);
    expect(fused.get('r')!.ids).toEqual(['a', 'b']);
  });
});
