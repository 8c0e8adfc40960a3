import assert from 'node:assert/strict';
import { document, onCollection, put, type StoreCase } from './subject.ts';

const awkward = ['', 'a\u0000b', '\u{feff}x', '😀', 'naïve', "'; DROP TABLE document; --", 'é', 'e\u0301', ' '];

export const documentCases: readonly StoreCase[] = [
  onCollection('gives back a document as it was written', async (collection) => {
    const whole = document('a', {
      metadata: { year: 1962, tags: ['x', null, true], 'a\u0000': '\ud800' },
      vector: Float32Array.of(-0.6, 0.8),
      tokens: { ids: Uint32Array.of(3, 4_000_000_000), counts: Float32Array.of(2, 1.5) },
    });
    const bare = document('b', { text: null, tokens: { ids: new Uint32Array(0), counts: new Float32Array(0) } });
    await collection.write({ upserts: [whole, bare, document('c')], deletes: [] });
    const { faces, vectors, tokens, untokenized } = await collection.scan(0, 10);
    assert.deepEqual(
      faces.map(({ row, ...face }) => face),
      [whole, bare, document('c')].map(({ id, text, metadata }) => ({ id, text, metadata })),
    );
    assert.deepEqual([...vectors.data], [...whole.vector, 1, 0, 1, 0]);
    assert.deepEqual([tokens.rows, [...tokens.offsets], [...tokens.ids]], [3, [0, 2, 2, 2], [3, 4_000_000_000]]);
    assert.deepEqual([[...tokens.counts], untokenized], [[2, 1.5], [2]]);
  }),

  onCollection('keeps ids and texts that differ by any character apart', async (collection) => {
    await collection.write({ upserts: awkward.map((id) => document(id, { text: id })), deletes: [] });
    const found = await collection.byId(awkward);
    assert.deepEqual(
      found.map((face) => face && [face.id, face.text]),
      awkward.map((id) => [id, id]),
    );
    assert.equal(await collection.count(), awkward.length);
  }),

  onCollection('numbers documents in the order of arrival, and never gives a number twice', async (collection) => {
    const first = await put(collection, 'a', 'b');
    await collection.write({ upserts: [], deletes: ['b'] });
    const second = await put(collection, 'c', 'b');
    const rows = [...first, ...second];
    assert.deepEqual(
      rows,
      [...new Set(rows)].sort((x, y) => x - y),
    );
    assert.ok(rows[0]! >= 1);
  }),

  onCollection('replaces a document in its row', async (collection) => {
    const [a, b] = await put(collection, 'a', 'b');
    const again = document('a', { text: 'other', vector: Float32Array.of(0, 1) });
    assert.deepEqual(await collection.write({ upserts: [again], deletes: [] }), { rows: [a], deleted: [] });
    const { faces, vectors } = await collection.scan(0, 10);
    assert.deepEqual(
      faces.map(({ row, text }) => [row, text]),
      [
        [a, 'other'],
        [b, 'text of b'],
      ],
    );
    assert.deepEqual([...vectors.data], [0, 1, 1, 0]);
  }),

  onCollection('of an id twice in one write the last stays', async (collection) => {
    const upserts = [document('a', { text: 'one' }), document('a', { text: 'two' })];
    const { rows } = await collection.write({ upserts, deletes: [] });
    assert.deepEqual(await collection.byId(['a']), [{ row: rows[0], id: 'a', text: 'two', metadata: null }]);
    assert.equal(rows[0], rows[1]);
  }),

  onCollection('deletes by id, and names the rows that are gone', async (collection) => {
    const [a, b] = await put(collection, 'a', 'b');
    assert.deepEqual(await collection.write({ upserts: [], deletes: ['nobody', 'a', 'a'] }), {
      rows: [],
      deleted: [a],
    });
    assert.deepEqual(await collection.byId(['a', 'b']), [null, { row: b, id: 'b', text: 'text of b', metadata: null }]);
    assert.equal(await collection.count(), 1);
  }),

  onCollection('an id that is deleted and written at once is replaced', async (collection) => {
    const [a] = await put(collection, 'a');
    const upserts = [document('a', { text: 'new' })];
    assert.deepEqual(await collection.write({ upserts, deletes: ['a'] }), { rows: [a], deleted: [] });
    assert.equal((await collection.byRow([a!]))[0]!.text, 'new');
  }),

  onCollection('finds by id and by row in the order asked for', async (collection) => {
    const [a, b] = await put(collection, 'a', 'b');
    const ids = async (faces: ReturnType<typeof collection.byId>) => (await faces).map((face) => face?.id ?? null);
    assert.deepEqual(await ids(collection.byId(['b', 'x', 'a', 'b'])), ['b', null, 'a', 'b']);
    assert.deepEqual(await ids(collection.byRow([b!, 0, 1e6, a!])), ['b', null, null, 'a']);
  }),

  onCollection('scans in pages: each document once, ascending, empty at the end', async (collection) => {
    const rows = await put(collection, 'a', 'b', 'c', 'd', 'e');
    await collection.write({ upserts: [], deletes: ['c'] });
    const seen: number[][] = [];
    for (let after = 0; ; after = seen.at(-1)!.at(-1)!) {
      const { faces, vectors } = await collection.scan(after, 2);
      assert.equal(vectors.rows, faces.length);
      if (faces.length === 0) break;
      seen.push(faces.map(({ row }) => row));
    }
    const [a, b, , d, e] = rows;
    assert.deepEqual(seen, [
      [a, b],
      [d, e],
    ]);
  }),

  onCollection('a batch has the rows named, once, ascending, without those that are gone', async (collection) => {
    const [a, b, c] = await put(collection, 'a', 'b', 'c');
    await collection.write({ upserts: [], deletes: ['b'] });
    const { faces, vectors, untokenized } = await collection.batch([c!, b!, a!, c!, 1e6]);
    assert.deepEqual(
      faces.map(({ row }) => row),
      [a, c],
    );
    assert.deepEqual([vectors.rows, untokenized], [2, [0, 1]]);
  }),

  onCollection('a caller that changes what it gave, or what it got, changes nothing here', async (collection) => {
    const given = document('a', {
      vector: Float32Array.of(0, 1),
      metadata: { tags: ['x'] },
      tokens: { ids: Uint32Array.of(7), counts: Float32Array.of(1) },
    });
    await collection.write({ upserts: [given], deletes: [] });
    const spoil = (numbers: Float32Array | Uint32Array, metadata: unknown) => {
      numbers.fill(9);
      (metadata as { tags: string[] }).tags[0] = 'spoilt';
    };
    spoil(given.vector, given.metadata);
    spoil(given.tokens!.ids, given.metadata);
    const got = await collection.scan(0, 1);
    spoil(got.vectors.data, got.faces[0]!.metadata);
    spoil(got.tokens.ids, got.faces[0]!.metadata);
    const { faces, vectors, tokens } = await collection.scan(0, 1);
    assert.deepEqual([[...vectors.data], [...tokens.ids], faces[0]!.metadata], [[0, 1], [7], { tags: ['x'] }]);
  }),
];
