import { describe, expect, test } from 'bun:test';
import { rank } from '../../src/evaluate/ranking.ts';
import { scoreRun } from '../../src/evaluate/score-run.ts';

const judgements = new Map([
  ['found', new Map([['a', 2]])],
  ['missed', new Map([['b', 1]])],
  ['irrelevant', new Map([['a', 0]])],
]);

describe('scoreRun', () => {
  test('takes means over the queries of the run that have a relevant document', () => {
    const run = new Map([
      ['found', rank(['a', 'b'], [2, 1])],
      ['missed', rank([], [])],
      ['irrelevant', rank(['a'], [1])],
      ['unjudged', rank(['a'], [1])],
    ]);
    const scores = scoreRun(run, judgements);
    expect(scores.queries).toBe(2);
    expect(scores.perQuery.map(({ id }) => id)).toEqual(['found', 'missed']);
    expect(scores).toMatchObject({ 'ndcg@10': 0.5, 'recall@100': 0.5, 'mrr@10': 0.5, 'p@10': 0.05, map: 0.5 });
  });

  test('gives zeros for a run without judged queries', () => {
    expect(scoreRun(new Map(), judgements)).toMatchObject({ queries: 0, 'ndcg@10': 0, map: 0 });
  });
});
