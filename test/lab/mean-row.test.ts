import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { against, difference } from '../../src/lab/against.ts';
import type { LabRow } from '../../src/lab/experiment.ts';
import { bySeed, figure, meanRow, overSeeds } from '../../src/lab/mean-row.ts';

const unit = fc.double({ min: 0, max: 1, noNaN: true });
/** nDCG of as many queries under each of some seeds. */
const seedsOf = (queries: number) =>
  fc.array(fc.array(unit, { minLength: queries, maxLength: queries }), { minLength: 1, maxLength: 4 });
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('overSeeds', () => {
  test('rows of one seed are what they were, each by itself and in their order', () => {
    const figures = fc.record({ ndcg: fc.option(unit), perQuery: fc.array(unit), promoted: fc.boolean() });
    fc.assert(
      fc.property(fc.array(figures), (drawn) => {
        const rows = drawn.map((row, i) => ({ collection: 'one', student: 's', teacher: 't', method: i, ...row }));
        const merged = overSeeds(
          rows.map((row) => ({ ...row, seed: 3 })),
          ['method'],
        );
        expect(merged.map((row) => row.mean)).toEqual(rows);
      }),
    );
  });

  test('parts rows by collection, student, teacher and parameters, and by nothing else', () => {
    const fact = fc.constantFrom('a', 'b');
    const facts = fc.record({
      collection: fact,
      student: fact,
      teacher: fact,
      method: fact,
      other: fact,
      seed: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(facts, { maxLength: 40 }), (rows) => {
        const key = ({ collection, student, teacher, method }: LabRow) =>
          [collection, student, teacher, method].join('');
        const merged = overSeeds(rows, ['method']);
        expect(merged.map((row) => key(row.mean))).toEqual([...new Set(rows.map(key))]);
        expect(merged.flatMap(({ seeds }) => seeds).length).toBe(rows.length);
        for (const { mean, seeds } of merged) expect(new Set(seeds.map(key))).toEqual(new Set([key(mean)]));
      }),
    );
  });
});

describe('figure', () => {
  test('is the mean and half of the range, and a single seed’s own number', () => {
    fc.assert(
      fc.property(fc.array(unit, { minLength: 1, maxLength: 5 }), (values) => {
        const shown = figure(meanRow(values.map((ndcg, seed) => ({ ndcg, seed }))), 'ndcg', (value) =>
          value.toFixed(9),
        );
        const [middle, half = 0] = String(shown)
          .match(/\d\.\d+/g)!
          .map(Number);
        expect(middle).toBeCloseTo(mean(values), 8);
        expect(half).toBeCloseTo((Math.max(...values) - Math.min(...values)) / 2, 8);
        expect(String(shown).includes('±')).toBe(values.length > 1);
      }),
    );
  });

  test('is null where no seed has it', () => {
    for (const row of [undefined, meanRow([]), meanRow([{ ndcg: null }]), meanRow([{ recall: 1 }, { recall: 0 }])]) {
      expect(figure(row, 'ndcg')).toBe(null);
    }
  });
});

describe('bySeed', () => {
  test('gives back the rows of each seed', () => {
    const rows = [0, 1, 2].flatMap((seed) => ['a', 'b'].map((method) => ({ method, seed })));
    expect(bySeed(overSeeds(rows, ['method']))).toEqual([rows.slice(0, 2), rows.slice(2, 4), rows.slice(4)]);
  });
});

describe('against', () => {
  test('over seeds, a difference is the mean of those within each seed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 12 }).chain((n) => fc.tuple(seedsOf(n), seedsOf(n))),
        ([a, b]) => {
          const count = Math.min(a.length, b.length);
          const row = (of: number[][]) => meanRow(of.slice(0, count).map((perQuery, seed) => ({ perQuery, seed })));
          const within = Array.from({ length: count }, (_, seed) => mean(b[seed]!) - mean(a[seed]!));
          expect(difference(row(a), row(b)).difference).toBeCloseTo(mean(within), 9);
        },
      ),
      { numRuns: 10 },
    );
  });

  test('compares within a collection, student and teacher alone', () => {
    const places = ['one', 'two'].flatMap((collection) =>
      ['s', 't'].flatMap((student) => ['u', 'v'].map((teacher) => ({ collection, student, teacher }))),
    );
    const level = (i: number, add: number) => Array.from({ length: 20 }, () => (i + add) / 10);
    const rows = places.flatMap((place, i) => [
      meanRow([{ ...place, method: 'student', perQuery: level(i, 0) }]),
      meanRow([{ ...place, method: 'better', perQuery: level(i, 0.5) }]),
    ]);
    const tested = against(rows, rows, ({ method }) => method === 'student');
    expect(tested.length).toBe(places.length);
    for (const { difference } of tested) expect(difference).toBeCloseTo(0.05, 12);
  });
});
