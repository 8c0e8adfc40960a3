import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import fc from 'fast-check';
import { bm25 } from '../../src/evaluate/bm25.ts';
import { readDataset } from '../../src/evaluate/read-dataset.ts';
import { scoreRun } from '../../src/evaluate/score-run.ts';

const words = ['tide', 'star', 'moon', 'wind', 'rock', 'sea'];
const text = fc.array(fc.constantFrom(...words), { maxLength: 8 });

describe('bm25', () => {
  test('gives the scores of its formula', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 3, maxLength: 8 }), text, async (documents, query) => {
        const records = documents.map((list, i) => ({ id: `d${i}`, text: list.join(' ') }));
        const run = await bm25({ documents: records, queries: [{ id: 'q', text: query.join(' ') }] });
        const found = run.get('q')!;

        const [k1, b] = [1.2, 0.75];
        const mean = documents.reduce((sum, list) => sum + list.length, 0) / documents.length;
        const score = (list: string[]) =>
          query.reduce((sum, word) => {
            const n = documents.filter((other) => other.includes(word)).length;
            const tf = list.filter((other) => other === word).length;
            const idf = Math.log(1 + (documents.length - n + 0.5) / (n + 0.5));
            return sum + (tf === 0 ? 0 : (idf * tf * (k1 + 1)) / (tf + k1 * (1 - b + (b * list.length) / mean)));
          }, 0);
        documents.forEach((list, i) => {
          const at = found.ids.indexOf(`d${i}`);
          expect(Math.abs((at < 0 ? 0 : found.scores[at]!) - score(list))).toBeLessThan(1e-5);
        });
      }),
    );
  });

  test('matches inflected forms and ignores case and stop words', async () => {
    const documents = ['Tides RISE', 'stars shine', 'the and of'].map((body, i) => ({ id: `d${i}`, text: body }));
    const run = await bm25({ documents, queries: [{ id: 'q', text: 'the rising of the tide' }] });
    expect(run.get('q')!.ids).toEqual(['d0']);
  });

  test('gives an empty list for an empty query and refuses fewer than three documents', async () => {
    const documents = ['a1', 'b1', 'c1'].map((id) => ({ id, text: id }));
    expect((await bm25({ documents, queries: [{ id: 'q', text: '' }] })).get('q')!.ids).toEqual([]);
    const refused = bm25({ documents: documents.slice(1), queries: [] });
    await expect(refused).rejects.toMatchObject({ code: 'too_few_documents' });
  });
});

const { CHELATED_DATA } = process.env;

describe.skipIf(!CHELATED_DATA)('bm25, with CHELATED_DATA', () => {
  for (const [name, known] of Object.entries({ cisi: 0.41, cranfield: 0.527 })) {
    test(`comes near the known nDCG@10 on ${name}`, async () => {
      const { documents, queries, judgements } = await readDataset(join(CHELATED_DATA!, name), { split: 'test' });
      const run = await bm25({ documents, queries, k: 100 });
      // Another stemmer and stop list than the known figure's.
      expect(Math.abs(scoreRun(run, judgements)['ndcg@10'] - known)).toBeLessThan(0.01);
    });
  }
});
