import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { type Filter, matches } from '../../src/engine/filter.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { tinyDocuments, tinyEngine } from './tiny-student.ts';

const kernels = await loadKernels();

describe('matches', () => {
  test('asks for a value, one of several, or bounds; a list meets what any of its values meets', () => {
    const metadata = { year: 2020, kind: 'paper', tags: ['a', 'b'], draft: false };
    const met: Filter[] = [
      {},
      { year: 2020 },
      { kind: { in: ['x', 'paper'] } },
      { tags: 'b' },
      { year: { gte: 2020, lte: 2020 } },
    ];
    const unmet: Filter[] = [
      { year: '2020' },
      { kind: 'x' },
      { tags: 'c' },
      { year: { lte: 2019 } },
      { kind: { gte: 3 } },
      { none: 1 },
    ];
    for (const filter of met) expect(matches(filter, metadata)).toBe(true);
    for (const filter of unmet) expect(matches(filter, metadata)).toBe(false);
    expect(matches({ none: null }, metadata)).toBe(true);
    expect(matches({ none: null }, null)).toBe(true);
  });

  test('knows only the fields that a document has itself', () => {
    expect(matches({ constructor: null }, {})).toBe(true);
    expect(matches({ __proto__: { in: [] } } as Filter, {})).toBe(true);
  });
});

describe('a filtered search', () => {
  test('finds what a search of the documents that meet the filter finds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 60, maxLength: 60 }),
        fc.integer({ min: 1, max: 25 }),
        async (kinds, k) => {
          const documents = tinyDocuments(60).map((document, i) => ({ ...document, metadata: { kind: kinds[i]! } }));
          const { engine, collection } = await tinyEngine(kernels, 0);
          await collection.upsert(documents);
          const only = await engine.create('only');
          await only.upsert(documents.filter(({ metadata }) => metadata.kind === 2));
          const query = { query: 'w1 w2 w3 w4' };
          const { hits } = await collection.search(query, { k, filter: { kind: 2 } });
          expect(hits).toEqual((await only.search(query, { k })).hits);
          await engine.close();
        },
      ),
      { numRuns: 25 },
    );
  });
});
