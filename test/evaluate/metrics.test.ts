import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { averagePrecision, ndcg, precision, recall, reciprocalRank } from '../../src/evaluate/metrics.ts';

const letters = Array.from('abcdefghijklmnop');
const ranking = fc.shuffledSubarray(letters);
const grades = fc
  .dictionary(fc.constantFrom(...letters), fc.integer({ min: -2, max: 4 }))
  .map((g) => new Map(Object.entries(g)));
const depth = fc.integer({ min: 1, max: 20 });

type Metric = (ids: readonly string[], judged: ReadonlyMap<string, number>, k: number) => number;
const metrics: Record<string, Metric> = { ndcg, recall, precision, reciprocalRank, averagePrecision };

for (const [name, metric] of Object.entries(metrics)) {
  describe(name, () => {
    test('lies in [0, 1]', () => {
      fc.assert(
        fc.property(ranking, grades, depth, (ids, judged, k) => {
          const value = metric(ids, judged, k);
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1);
        }),
      );
    });

    test('is not moved by unjudged documents at the end', () => {
      fc.assert(
        fc.property(ranking, grades, depth, (ids, judged, k) => {
          expect(metric([...ids, 'x1', 'x2', 'x3'], judged, k)).toBe(metric(ids, judged, k));
        }),
      );
    });

    test('takes grades of 0 or less as if unjudged', () => {
      fc.assert(
        fc.property(ranking, grades, depth, (ids, judged, k) => {
          const positive = new Map(Array.from(judged).filter(([, grade]) => grade > 0));
          expect(metric(ids, judged, k)).toBe(metric(ids, positive, k));
        }),
      );
    });

    test('never falls when a relevant document moves up past an irrelevant one', () => {
      fc.assert(
        fc.property(ranking, grades, depth, fc.nat(14), (ids, judged, k, at) => {
          const isRelevant = (id: string | undefined) => id !== undefined && (judged.get(id) ?? 0) > 0;
          fc.pre(at + 1 < ids.length && !isRelevant(ids[at]) && isRelevant(ids[at + 1]));
          const swapped = ids.with(at, ids[at + 1]!).with(at + 1, ids[at]!);
          expect(metric(swapped, judged, k)).toBeGreaterThanOrEqual(metric(ids, judged, k) - 1e-12);
        }),
        { numRuns: 300 },
      );
    });

    test('is 0 for an empty ranking and where nothing is relevant', () => {
      expect(metric([], new Map([['a', 1]]), 10)).toBe(0);
      expect(metric(['a'], new Map([['a', 0]]), 10)).toBe(0);
      expect(metric(['a'], new Map(), 10)).toBe(0);
    });
  });
}

describe('ndcg', () => {
  test('is 1 exactly when the first k have the ideal gains', () => {
    fc.assert(
      fc.property(ranking, grades, depth, (ids, judged, k) => {
        const gain = (id: string) => Math.max(0, judged.get(id) ?? 0);
        const best = letters.map(gain).sort((a, b) => b - a);
        fc.pre(best[0]! > 0);
        const sorted = letters.toSorted((a, b) => gain(b) - gain(a));
        expect(ndcg(sorted, judged, k)).toBeCloseTo(1, 12);
        const ideal = Array.from({ length: k }, (_, i) => (i < ids.length ? gain(ids[i]!) : 0) === (best[i] ?? 0));
        expect(ndcg(ids, judged, k) > 1 - 1e-9).toBe(ideal.every(Boolean));
      }),
    );
  });

  test('is not moved by exchanging documents of equal grade', () => {
    fc.assert(
      fc.property(ranking, grades, depth, fc.nat(15), fc.nat(15), (ids, judged, k, i, j) => {
        fc.pre(i < ids.length && j < ids.length && (judged.get(ids[i]!) ?? 0) === (judged.get(ids[j]!) ?? 0));
        expect(ndcg(ids.with(i, ids[j]!).with(j, ids[i]!), judged, k)).toBe(ndcg(ids, judged, k));
      }),
    );
  });

  test('counts what was judged and not retrieved in the ideal', () => {
    const judged = new Map([
      ['a', 1],
      ['missing', 3],
    ]);
    expect(ndcg(['a'], judged, 10)).toBeCloseTo(1 / (3 + 1 / Math.log2(3)), 12);
  });
});

describe('precision', () => {
  test('divides by k also when fewer were retrieved', () => {
    expect(precision(['a'], new Map([['a', 1]]), 10)).toBe(0.1);
  });
});

describe('reciprocalRank', () => {
  test('without k looks at the whole ranking', () => {
    expect(reciprocalRank(['x', 'y', 'a'], new Map([['a', 1]]))).toBe(1 / 3);
    expect(reciprocalRank(['x', 'y', 'a'], new Map([['a', 1]]), 2)).toBe(0);
  });
});
