import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { parseDataset } from '../../src/evaluate/dataset.ts';
import { judgedQueries } from '../../src/evaluate/judged-queries.ts';
import type { Run } from '../../src/evaluate/ranking.ts';
import { scoreRun } from '../../src/evaluate/score-run.ts';
import { bySeen, halvesOf, leftOutQueries, scoreLeftOut } from '../../src/lab/left-out.ts';
import { random } from '../../src/random.ts';

const lines = (of: readonly string[]) => of.join('\n');

/** Documents d0 … d19, a few queries with random judgements, and a random ranking of all documents for each. */
const judged = fc.nat().map((seed) => {
  const { integer, uniform, shuffle } = random(seed);
  const ids = Array.from({ length: 20 }, (_, i) => `d${i}`);
  const asked = Array.from({ length: 6 }, (_, i) => `q${i}`);
  const grades = asked.flatMap((q) => ids.flatMap((d) => (uniform() < 0.3 ? [`${q}\t${d}\t${integer(3)}`] : [])));
  const data = parseDataset({
    name: 'made up',
    corpus: lines(ids.map((_id) => JSON.stringify({ _id, text: _id }))),
    queries: lines(asked.map((_id) => JSON.stringify({ _id, text: _id }))),
    judgements: lines(['query-id\tcorpus-id\tscore', ...grades]),
  });
  const ranked = () => ({ ids: shuffle(ids.slice()), scores: Float32Array.from(ids, (_, i) => -i) });
  const run = (): Run => new Map(judgedQueries(data).map((i) => [data.queries[i]!.id, ranked()]));
  const cut = integer(21);
  const rows = shuffle(Array.from(ids.keys()));
  return { data, run, halves: [rows.slice(0, cut), rows.slice(cut)] as const };
});

describe('halvesOf', () => {
  test('parts no group, loses no row, and the halves differ by the largest group at most', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(sizes, (of) => {
        let next = 0;
        const groups = of.map((size) => Array.from({ length: size }, () => next++));
        const halves = halvesOf(groups);
        expect([...halves[0], ...halves[1]].sort((a, b) => a - b)).toEqual(groups.flat());
        const first = new Set(halves[0]);
        for (const group of groups) expect(new Set(group.map((row) => first.has(row))).size).toBeLessThanOrEqual(1);
        expect(Math.abs(halves[0].length - halves[1].length)).toBeLessThanOrEqual(Math.max(...of));
      }),
    );
  });
});

describe('leftOutQueries', () => {
  test('every judged query is of the half with most of its relevant documents', () => {
    fc.assert(
      fc.property(judged, ({ data, halves }) => {
        const queries = leftOutQueries(data, halves);
        expect(queries.map(({ id }) => id)).toEqual(judgedQueries(data).map((i) => data.queries[i]!.id));
        for (const { id, half, share } of queries) {
          const relevant = [...data.judgements.get(id)!].flatMap(([document, grade]) => (grade > 0 ? [document] : []));
          const inside = relevant.filter((document) => halves[half].includes(Number(document.slice(1))));
          expect(share).toBe(inside.length / relevant.length);
          expect(share).toBeGreaterThanOrEqual(0.5);
        }
      }),
    );
  });
});

describe('scoreLeftOut', () => {
  test('is the usual score where one half has all documents', () => {
    fc.assert(
      fc.property(judged, ({ data, run }) => {
        const of = run();
        const all = data.documents.map((_, i) => i);
        expect(scoreLeftOut(data, [all, []], [of, new Map()])).toEqual(scoreRun(of, data.judgements));
      }),
    );
  });

  test('does not change with the ranks of relevant documents of the other half', () => {
    fc.assert(
      fc.property(judged, ({ data, run, halves }) => {
        const of = run();
        const scores = scoreLeftOut(data, halves, [of, of]);
        const half = new Map(leftOutQueries(data, halves).map((query) => [query.id, query.half]));
        const moved: Run = new Map(
          [...of].map(([id, { ids, scores }]) => {
            const isSeen = (document: string) =>
              (data.judgements.get(id)!.get(document) ?? 0) > 0 &&
              halves[(1 - half.get(id)!) as 0 | 1].includes(Number(document.slice(1)));
            return [id, { ids: [...ids.filter((d) => !isSeen(d)), ...ids.filter(isSeen)], scores }];
          }),
        );
        expect(scoreLeftOut(data, halves, [moved, moved])).toEqual(scores);
      }),
    );
  });

  test('searches a query in the run of its half alone', () => {
    fc.assert(
      fc.property(judged, ({ data, run, halves }) => {
        const runs = [run(), run()] as const;
        const own = leftOutQueries(data, halves).map(({ id, half }) => [id, runs[half].get(id)!] as const);
        const mixed: Run = new Map(own);
        expect(scoreLeftOut(data, halves, [...runs])).toEqual(scoreLeftOut(data, halves, [mixed, mixed]));
      }),
    );
  });
});

describe('bySeen', () => {
  test('what remembers one half and nothing else finds all of it with these, and nothing with others', () => {
    fc.assert(
      fc.property(judged, ({ data, halves }) => {
        const remembered = (half: readonly number[]): Run =>
          new Map(
            [...data.judgements].map(([id, grades]) => {
              const known = [...grades].filter(([document]) => half.includes(Number(document.slice(1))));
              const ids = known.sort(([, a], [, b]) => b - a).map(([document]) => document);
              return [id, { ids, scores: Float32Array.from(ids, (_, i) => -i) }];
            }),
          );
        const { others, these } = bySeen(remembered(halves[0]), remembered(halves[1]));
        const figures = (runs: typeof these) =>
          scoreLeftOut(data, halves, runs).perQuery.map((query) => query['ndcg@10']);
        for (const ndcg of figures(these)) expect(ndcg).toBeCloseTo(1, 9);
        for (const ndcg of figures(others)) expect(ndcg).toBe(0);
      }),
    );
  });
});
