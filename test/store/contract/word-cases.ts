import assert from 'node:assert/strict';
import fc from 'fast-check';
import { config } from '../../../src/config.ts';
import type { CollectionStore } from '../../../src/store/store.ts';
import { wordTerms } from '../../../src/word-terms.ts';
import { codeIs, document, identity, initial, onCollection, onStore, put, type StoreCase } from './subject.ts';

/** Texts by row, and what `CollectionStore.searchWords` says of its scores, term by term. */
function bm25(texts: ReadonlyMap<number, string>, query: string): [row: number, score: number][] {
  const documents = [...texts].map(([row, text]) => ({ row, terms: wordTerms(text) }));
  const mean = documents.reduce((sum, { terms }) => sum + terms.length, 0) / documents.length;
  const asked = wordTerms(query).slice(0, config.store.queryWords);
  return documents
    .filter(({ terms }) => asked.some((term) => terms.includes(term)))
    .map(({ row, terms }): [number, number] => {
      const parts = asked.map((term) => {
        const n = documents.filter((other) => other.terms.includes(term)).length;
        const tf = terms.filter((other) => other === term).length;
        const idf = Math.max(1e-6, Math.log((documents.length - n + 0.5) / (n + 0.5)));
        return (idf * tf * 2.2) / (tf + 1.2 * (0.25 + (0.75 * terms.length) / mean));
      });
      return [row, parts.reduce((sum, part) => sum + part, 0)];
    });
}

async function agree(collection: CollectionStore, texts: ReadonlyMap<number, string>, query: string): Promise<void> {
  const { rows, scores } = await collection.searchWords(query, 1000);
  const expected = new Map(bm25(texts, query));
  assert.deepEqual([...rows].sort(), [...expected.keys()].sort(), query);
  rows.forEach((row, i) => {
    assert.ok(Math.abs(scores[i]! - expected.get(row)!) < 1e-9, `score of ${row}`);
    if (i === 0) return;
    const inOrder = scores[i - 1]! > scores[i]! || (scores[i - 1] === scores[i] && rows[i - 1]! < row);
    assert.ok(inOrder, 'best first, ties by row');
  });
  const first = await collection.searchWords(query, 2);
  assert.deepEqual([first.rows, first.scores], [rows.slice(0, 2), scores.slice(0, 2)]);
}

async function write(collection: CollectionStore, texts: Readonly<Record<string, string | null>>): Promise<number[]> {
  const upserts = Object.entries(texts).map(([id, text]) => document(id, { text }));
  return [...(await collection.write({ upserts, deletes: [] })).rows];
}

const found = async (collection: CollectionStore, query: string) => [...(await collection.searchWords(query, 10)).rows];

const some = fc.array(fc.constantFrom('tide', 'tides', 'star', 'moon', 'the', 'Sea', 'AND'), { maxLength: 6 });
const text = fc.option(some.map((words) => words.join(' ')));
const change = fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd', 'e'), text, deleted: fc.boolean() });

/** What has a meaning in some query language. */
const signs = fc.constantFrom(
  '"',
  "'",
  '*',
  '^',
  '(',
  ')',
  '{',
  '}',
  ':',
  '+',
  '-',
  ';',
  '--',
  '\\',
  '%',
  '\u0000',
  '?',
);
const operators = fc.constantFrom('AND', 'OR', 'NOT', 'NEAR', 'NEAR(tide star, 2)', 'terms:', 'rowid', 'rank', 'MATCH');
const hostile = fc
  .array(fc.oneof(signs, operators, fc.constant('tide'), fc.string({ unit: 'binary' })), { maxLength: 12 })
  .chain((parts) => fc.constantFrom('', ' ').map((space) => parts.join(space)));

export const wordCases: readonly StoreCase[] = [
  onCollection('without an index of words a search for them is refused, with what to do', async (collection) => {
    await put(collection, 'a');
    assert.equal(await collection.hasWords(), false);
    await assert.rejects(collection.searchWords('text', 10), codeIs('not_supported'));
    await assert.rejects(collection.searchWords('', 10), /words: true/);
  }),

  onCollection('finds by words what was there before they were indexed, and what came after', async (collection) => {
    const [a] = await write(collection, { a: 'the tides rise' });
    await collection.indexWords();
    await collection.indexWords();
    const [b] = await write(collection, { b: 'a rising moon', none: null });
    assert.deepEqual([await collection.hasWords(), await found(collection, 'RISE!')], [true, [a, b].sort()]);
    assert.deepEqual([await found(collection, 'moons'), await found(collection, 'star')], [[b], []]);
    for (const query of ['', '  ', 'the of and', '¡…!']) assert.deepEqual(await found(collection, query), []);
  }),

  onCollection('a document that is deleted or replaced is found by its old words no more', async (collection) => {
    await collection.indexWords();
    const [a, b] = await write(collection, { a: 'tide', b: 'tide', c: 'tide' });
    await collection.write({
      upserts: [document('a', { text: 'star' }), document('b', { text: null })],
      deletes: ['c'],
    });
    assert.deepEqual([await found(collection, 'tide'), await found(collection, 'star')], [[], [a]]);
    await write(collection, { b: 'tide', a: 'star' });
    assert.deepEqual([await found(collection, 'tide'), await found(collection, 'star')], [[b], [a]]);
  }),

  onCollection('a write that is refused changes no words', async (collection) => {
    await collection.indexWords();
    const [a] = await write(collection, { a: 'tide' });
    const wrong = document('x', { text: 'tide', vector: Float32Array.of(1) });
    await assert.rejects(collection.write({ upserts: [document('b', { text: 'tide' }), wrong], deletes: ['a'] }));
    assert.deepEqual(await found(collection, 'tide'), [a]);
  }),

  {
    title: 'scores are BM25’s over the texts that are there, after any run of writes and restarts',
    async run(subject) {
      const law = fc.asyncProperty(
        fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 6 }),
        some,
        async (writes, query) => {
          let store = await subject.open();
          let collection = await store.open(identity, initial);
          const texts = new Map<string, string>();
          for (const [i, changes] of writes.entries()) {
            if (i === 1) await collection.indexWords();
            if (i === 2) await collection.searchWords('tide', 1);
            const kept = changes.filter(({ deleted }) => !deleted);
            const upserts = kept.map(({ id, text }) => document(id, { text }));
            const deletes = changes.filter(({ deleted }) => deleted).map(({ id }) => id);
            await collection.write({ upserts, deletes });
            for (const id of deletes) texts.delete(id);
            for (const { id, text } of kept) {
              if (text === null) texts.delete(id);
              else texts.set(id, text);
            }
            if (i === 3) {
              store = await subject.reopen(store);
              collection = await store.open(identity, initial);
            }
          }
          await collection.indexWords();
          const faces = await collection.byId([...texts.keys()]);
          await agree(collection, new Map(faces.map((face) => [face!.row, texts.get(face!.id)!])), query.join(' '));
          await store.close();
        },
      );
      await fc.assert(law, { numRuns: 100 });
    },
  },

  onStore('writes may come while words are indexed, and a stop', async (store, subject) => {
    let collection = await store.open(identity, initial);
    const texts = new Map(
      Array.from({ length: 3 * config.store.sliceTexts }, (_, i) => [`d${i}`, i % 2 ? 'tide' : 'star']),
    );
    await write(collection, Object.fromEntries(texts));
    const change = async (id: string, text: string | null) => {
      await collection.write({ upserts: text === null ? [] : [document(id, { text })], deletes: [id] });
      if (text === null) texts.delete(id);
      else texts.set(id, text);
    };
    const last = `d${texts.size - 1}`;
    // In memory the search is what begins it.
    const indexing = collection.indexWords().then(() => collection.searchWords('tide', 1));
    await Promise.resolve();
    await change('d0', 'moon');
    await change(last, 'moon');
    await change('d1', null);
    await change(`d${texts.size - 2}`, null);
    await change('new', 'moon tide');
    const stopped = indexing.catch(() => {});
    const later = await subject.reopen(store);
    await stopped;
    collection = await later.open(identity, initial);
    await Promise.all([collection.indexWords(), collection.indexWords(), change('newer', 'moon')]);
    const faces = await collection.byId([...texts.keys()]);
    const byRow = new Map(faces.map((face) => [face!.row, texts.get(face!.id)!]));
    for (const query of ['tide', 'moon star']) await agree(collection, byRow, query);
    await later.close();
  }),

  onCollection('a query is words, whatever signs and operators it has', async (collection) => {
    await collection.indexWords();
    const texts = { a: 'tide NEAR star', b: 'or not and', c: 'terms: rowid rank match', d: 'x'.repeat(1000) };
    const rows = await write(collection, texts);
    const byRow = new Map(Object.values(texts).map((each, i) => [rows[i]!, each]));
    const law = fc.asyncProperty(hostile, (query) => agree(collection, byRow, query));
    await fc.assert(law, { numRuns: 300 });
    for (const query of ['tide '.repeat(5000), 'x'.repeat(100_000), '"'.repeat(9999), texts.d, 'NOT tide']) {
      await agree(collection, byRow, query);
    }
  }),

  onStore('words of one collection are no words of another, nor of one that was dropped', async (store, subject) => {
    const other = { ...identity, name: 'other' };
    const [one, two] = [await store.open(identity, initial), await store.open(other, initial)];
    await one.indexWords();
    const [a] = await write(one, { a: 'tide', b: 'star', c: 'sea' });
    await write(two, { a: 'tide', d: 'tide' });
    const before = await one.searchWords('tide', 10);
    assert.deepEqual([before.rows, await two.hasWords()], [[a], false]);
    await two.indexWords();
    assert.deepEqual(await one.searchWords('tide', 10), before);
    assert.equal((await two.searchWords('tide', 10)).rows.length, 2);
    await store.drop('other');
    const later = await subject.reopen(store);
    const again = await later.open(other, initial);
    assert.equal(await again.hasWords(), false);
    await again.indexWords();
    assert.deepEqual(await found(again, 'tide'), []);
    assert.deepEqual(await (await later.open(identity, initial)).searchWords('tide', 10), before);
    await later.close();
  }),
];
