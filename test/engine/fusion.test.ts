import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { config } from '../../src/config.ts';
import { type Filter, matches } from '../../src/engine/filter.ts';
import { fuse, fusions } from '../../src/evaluate/fuse.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { row } from '../../src/matrix.ts';
import { tinyAdapter, tinyEngine, vocabulary } from './tiny-student.ts';
import { lasting } from './toy-engine.ts';

const kernels = await loadKernels();
const words = { words: true };

const query = fc
  .array(fc.nat(vocabulary - 1), { minLength: 1, maxLength: 6 })
  .map((ids) => ids.map((i) => `w${i}`).join(' '));
const k = fc.integer({ min: 1, max: 80 });

describe('fused search', () => {
  test('ranks as fuse does the two sides of every document', async () => {
    const store = lasting();
    const { collection, documents, encoder } = await tinyEngine(kernels, 60, { store, ...words });
    await collection.adopt(await tinyAdapter('lexical', encoder));
    const kept = (await store.find('default'))!;
    const idOf = new Map((await kept.byId(documents.map(({ id }) => id))).map((face) => [face!.row, face!.id]));
    const weights = fc.tuple(fc.constantFrom(0, 0.3, 1), fc.constantFrom(0.5, 1));
    const law = fc.asyncProperty(query, k, fc.constantFrom(...fusions), weights, async (query, k, method, weights) => {
      const answer = await collection.search({ query }, { k, fusion: { method, weights } });
      const plain = await collection.search({ query }, { k: 1000 });
      const byWords = await kept.searchWords(query, 1000);
      const list = (ids: string[], scores: number[]) => ({ ids, scores: Float32Array.from(scores) });
      const vectors = list(
        plain.hits.map(({ id }) => id),
        plain.hits.map(({ score }) => score),
      );
      const expected = fuse(
        [
          vectors,
          list(
            byWords.rows.map((row) => idOf.get(row)!),
            [...byWords.scores],
          ),
        ],
        { method, weights },
      );
      const scoreOf = new Map(expected.ids.map((id, i) => [id, expected.scores[i]!]));
      answer.hits.forEach(({ id, score }, i) => {
        expect(score).toBeCloseTo(scoreOf.get(id)!, 4);
        expect(score).toBeCloseTo(expected.scores[i]!, 4);
      });
      expect(answer.hits.length).toBe(Math.min(k, documents.length));
      expect(answer.fusion).toMatchObject({ method, weights, words: byWords.rows.length });
      const { hits, fusion, ...provenance } = plain;
      expect([answer, fusion]).toMatchObject([provenance, null]);
    });
    await fc.assert(law, { numRuns: 60 });
  });

  test('a document with the words of the query goes up, with the defaults', async () => {
    const { collection } = await tinyEngine(kernels, 60, words);
    await collection.upsert([{ id: 'named', text: 'w1 w2 quasar' }]);
    const place = ({ hits }: { hits: readonly { id: string }[] }) => hits.findIndex(({ id }) => id === 'named');
    const plain = await collection.search({ query: 'w30 w31 quasar' }, { k: 61 });
    const fused = await collection.search({ query: 'w30 w31 quasar' }, { k: 61, fusion: {} });
    expect(place(fused)).toBeLessThan(place(plain));
    expect(fused.fusion).toMatchObject({
      ...{ method: config.fusion.method, weights: [...config.fusion.weights] },
      fallback: null,
    });
  });

  test('deleted and replaced documents are found by no old word, and new ones at once', async () => {
    const { collection, documents } = await tinyEngine(kernels, 60, words);
    const [first, second, third] = documents;
    await collection.delete([first!.id]);
    await collection.upsert([
      { id: second!.id, text: 'w9 w9' },
      { id: 'new', text: 'w7 quasar' },
    ]);
    const { hits, fusion } = await collection.search({ query: `quasar ${first!.text}` }, { k: 100, fusion: {} });
    const ids = hits.map(({ id }) => id);
    expect([ids.includes(first!.id), ids.includes('new'), ids.length]).toEqual([false, true, documents.length]);
    expect(fusion!.words).toBeGreaterThan(0);
    expect((await collection.search({ query: third!.text }, { k: 1, fusion: {} })).hits[0]!.text).not.toBeNull();
  });

  test('a filter leaves of the fused ranking what meets it, however rare that is', async () => {
    const { collection, documents } = await tinyEngine(kernels, 200, words);
    await collection.upsert(
      documents.map((document, i) => ({ ...document, metadata: { part: i % 50, even: i % 2 === 0 } })),
    );
    const filters: Filter[] = [{ part: 7 }, { even: true }];
    for (const filter of filters) {
      const whole = await collection.search({ query: 'w1 w2 w3' }, { k: 200, fusion: {} });
      const part = await collection.search({ query: 'w1 w2 w3' }, { k: 3, fusion: {}, filter });
      expect(part.hits).toEqual(whole.hits.filter(({ metadata }) => matches(filter, metadata)).slice(0, 3));
    }
  });

  test('before and after a correction are fused alike', async () => {
    const { collection, encoder } = await tinyEngine(kernels, 60, words);
    const student = await collection.search({ query: 'w1 w2 w3' }, { fusion: {} });
    await collection.adopt(await tinyAdapter('lexical', encoder));
    const { before, hits } = await collection.search({ query: 'w1 w2 w3' }, { fusion: {}, compare: true });
    expect(before!.hits).toEqual(student.hits);
    expect(hits).not.toEqual(student.hits);
  });

  test('without a word of the query in any document the vectors answer alone, and say so', async () => {
    const { collection, encoder, events } = await tinyEngine(kernels, 0, words);
    const { vectors } = await encoder.encode(['w1', 'w2 w3'], { role: 'document' });
    await collection.upsert(['a', 'b'].map((id, i) => ({ id, vector: row(vectors, i) })));
    const { hits, fusion } = await collection.search({ query: 'w1' }, { fusion: {} });
    expect(hits.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(fusion).toMatchObject({ words: 0, fallback: expect.stringContaining('vectors alone') });
    expect(events.filter(({ type }) => type === 'fusion-fallback')).toHaveLength(1);
  });

  test('a vector is refused, and so is a collection whose words are not indexed, until they are', async () => {
    const { collection, encoder, documents } = await tinyEngine(kernels);
    const vector = new Float32Array(encoder.dims).fill(1);
    await expect(collection.search({ vector }, { fusion: {} })).rejects.toMatchObject({ code: 'text_required' });
    await expect(collection.search({ query: 'w1' }, { fusion: {} })).rejects.toMatchObject({ code: 'not_supported' });
    expect(collection.info().words).toBe(false);
    await collection.indexWords();
    expect(collection.info().words).toBe(true);
    await expect(collection.search({ query: 'w1' }, { fusion: { weights: [1, -1] } })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    const { fusion } = await collection.search({ query: documents[0]!.text }, { fusion: {} });
    expect(fusion!.words).toBeGreaterThan(0);
  });

  test('a restart finds the words that were indexed before it', async () => {
    const store = lasting();
    const { engine, documents } = await tinyEngine(kernels, 60, { store, ...words });
    await engine.close();
    const { collection } = await tinyEngine(kernels, 0, { store });
    expect(collection.info().words).toBe(true);
    const { fusion } = await collection.search({ query: documents[0]!.text }, { fusion: {} });
    expect(fusion!.words).toBeGreaterThan(0);
  });
});
