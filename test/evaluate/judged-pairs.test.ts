import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { parseDataset } from '../../src/evaluate/dataset.ts';
import { groupPairs, judgedPairs } from '../../src/evaluate/judged-pairs.ts';

const lines = (of: readonly object[]) => of.map((each) => JSON.stringify(each)).join('\n');

describe('judgedPairs', () => {
  test('are the relevant judgements, each once, and no query is on both sides', () => {
    const judgement = fc.record({ query: fc.nat(11), document: fc.nat(6), grade: fc.integer({ min: -1, max: 2 }) });
    const judgements = fc.uniqueArray(judgement, { selector: ({ query, document }) => `${query} ${document}` });
    fc.assert(
      fc.property(judgements, fc.nat(), (judgements, seed) => {
        const relevant = judgements.filter(({ grade }) => grade > 0);
        fc.pre(groupPairs(relevant, 'query').size >= 2);
        const train = parseDataset({
          name: 'train',
          corpus: lines(Array.from({ length: 7 }, (_, i) => ({ _id: `d${i}`, text: `${i}` }))),
          queries: lines(Array.from({ length: 12 }, (_, i) => ({ _id: `q${i}`, text: `${i}` }))),
          judgements: judgements.map(({ query, document, grade }) => `q${query}\td${document}\t${grade}`).join('\n'),
        });
        const { fitted, heldOut } = judgedPairs(train, seed);
        const names = (of: readonly { query: number; document: number }[]) =>
          of.map(({ query, document }) => `${query} ${document}`).sort();
        expect(names([...fitted, ...heldOut])).toEqual(names(relevant));
        const [learned, kept] = [groupPairs(fitted, 'query'), groupPairs(heldOut, 'query')];
        expect([learned.size > 0, kept.size > 0]).toEqual([true, true]);
        for (const query of kept.keys()) expect(learned.has(query)).toBe(false);
      }),
    );
  });
});
