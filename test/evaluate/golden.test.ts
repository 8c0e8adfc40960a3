import { describe, expect, test } from 'bun:test';
import { averagePrecision, ndcg, precision, recall, reciprocalRank } from '../../src/evaluate/metrics.ts';
import { rank } from '../../src/evaluate/ranking.ts';

interface Golden {
  grades: Record<string, number>;
  run: Record<string, number>;
  expected: number[];
}

// Another file is given by scripts/build-trec-golden.py --check.
const path = process.env.CHELATED_TREC_GOLDEN ?? new URL('golden/trec.jsonl', import.meta.url).pathname;
const [header, ...cases] = (await Bun.file(path).text())
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line)) as [{ measures: string[] }, ...Golden[]];

const own: Record<string, (ids: readonly string[], grades: ReadonlyMap<string, number>) => number> = {
  ndcg_cut_10: (ids, grades) => ndcg(ids, grades, 10),
  ndcg_cut_100: (ids, grades) => ndcg(ids, grades, 100),
  recall_10: (ids, grades) => recall(ids, grades, 10),
  recall_100: (ids, grades) => recall(ids, grades, 100),
  P_10: (ids, grades) => precision(ids, grades, 10),
  P_100: (ids, grades) => precision(ids, grades, 100),
  recip_rank: (ids, grades) => reciprocalRank(ids, grades),
  map: (ids, grades) => averagePrecision(ids, grades),
};

const ranked = cases.map(({ run, grades }) => ({
  ids: rank(Object.keys(run), Object.values(run)).ids,
  grades: new Map(Object.entries(grades)),
}));

describe('trec_eval', () => {
  test('has cases with ties, negative grades, unjudged documents, and lists past rank 100', () => {
    expect(cases.length).toBeGreaterThanOrEqual(200);
    const some = (is: (one: Golden) => boolean) => expect(cases.filter(is).length).toBeGreaterThan(10);
    some(({ run }) => new Set(Object.values(run)).size < Object.keys(run).length);
    some(({ grades }) => Object.values(grades).some((grade) => grade < 0));
    some(({ grades }) => Object.values(grades).some((grade) => grade > 1));
    some(({ grades }) => Object.values(grades).every((grade) => grade <= 0));
    some(({ grades, run }) => Object.keys(run).some((id) => !(id in grades)));
    some(({ run }) => Object.keys(run).length < 10);
    some(({ run }) => Object.keys(run).length > 100);
  });

  for (const [column, measure] of header.measures.entries()) {
    test(`${measure} agrees within 1e-6 on every case`, () => {
      const off = cases.flatMap(({ expected }, i) => {
        const { ids, grades } = ranked[i]!;
        const got = own[measure]!(ids, grades);
        return Math.abs(got - expected[column]!) <= 1e-6 ? [] : [{ i, got, expected: expected[column] }];
      });
      expect(off).toEqual([]);
    });
  }
});
