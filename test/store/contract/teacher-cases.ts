import assert from 'node:assert/strict';
import { document, onCollection, put, type StoreCase, said, taught } from './subject.ts';

export const teacherCases: readonly StoreCase[] = [
  onCollection('keeps what each teacher said, in pages ascending by row, and replaces it', async (collection) => {
    const [a, b, c] = await put(collection, 'a', 'b', 'c');
    await collection.putTeacherVectors(
      't',
      taught([
        [b!, 2],
        [c!, 3],
      ]),
    );
    await collection.putTeacherVectors(
      't',
      taught([
        [a!, 1],
        [c!, 4],
      ]),
    );
    await collection.putTeacherVectors('u', taught([[b!, 9]]));
    assert.deepEqual(await said(collection, 't'), [
      [a, 1],
      [b, 2],
      [c, 4],
    ]);
    assert.deepEqual(await said(collection, 'u'), [[b, 9]]);
    assert.deepEqual([...(await collection.teacherVectors('t', 0, 2)).rows], [a, b]);
    assert.deepEqual([...(await collection.teacherVectors('t', b!, 2)).rows], [c]);
    assert.equal((await collection.teacherVectors('nobody', 0, 2)).vectors.rows, 0);
  }),

  onCollection('untaught are the rows without a vector of this teacher, ascending', async (collection) => {
    const ids = Array.from({ length: 12 }, (_, i) => `d${i}`);
    const rows = await put(collection, ...ids);
    assert.deepEqual([...(await collection.untaught('t'))], rows);
    await collection.putTeacherVectors(
      't',
      taught([
        [rows[1]!, 1],
        [rows[10]!, 1],
      ]),
    );
    assert.deepEqual(
      [...(await collection.untaught('t'))],
      rows.filter((_, i) => i !== 1 && i !== 10),
    );
    assert.deepEqual([...(await collection.untaught('u'))], rows);
  }),

  onCollection('ignores teacher vectors of rows that are gone', async (collection) => {
    const [a, b] = await put(collection, 'a', 'b');
    await collection.write({ upserts: [], deletes: ['b'] });
    await collection.putTeacherVectors(
      't',
      taught([
        [a!, 1],
        [b!, 2],
        [1e6, 3],
      ]),
    );
    assert.deepEqual(await said(collection, 't'), [[a, 1]]);
  }),

  onCollection(
    'forgets the teacher vectors of a document that is deleted, or replaced by another',
    async (collection) => {
      const [a, b, c] = await put(collection, 'a', 'b', 'c');
      await collection.putTeacherVectors(
        't',
        taught([
          [a!, 1],
          [b!, 2],
          [c!, 3],
        ]),
      );
      const otherText = document('b', { text: 'other' });
      const otherVector = document('c', { vector: Float32Array.of(0, 1) });
      await collection.write({ upserts: [otherText], deletes: ['a'] });
      assert.deepEqual(await said(collection, 't'), [[c, 3]]);
      await collection.write({ upserts: [otherVector], deletes: [] });
      assert.deepEqual(await said(collection, 't'), []);
      assert.deepEqual([...(await collection.untaught('t'))], [b, c]);
    },
  ),

  onCollection('keeps them for a document of the same text and vector', async (collection) => {
    const [a] = await put(collection, 'a');
    await collection.putTeacherVectors('t', taught([[a!, 1]]));
    await collection.appendEvents([[a!]]);
    await collection.write({ upserts: [document('a', { metadata: { seen: true } })], deletes: [] });
    assert.deepEqual(await said(collection, 't'), [[a, 1]]);
    assert.equal((await collection.events()).length, 1);
  }),

  onCollection('a caller that changes teacher vectors it gave, or got, changes nothing here', async (collection) => {
    const [a] = await put(collection, 'a');
    const given = taught([[a!, 1]]);
    await collection.putTeacherVectors('t', given);
    given.vectors.data.fill(9);
    (await collection.teacherVectors('t', 0, 1)).vectors.data.fill(9);
    assert.deepEqual(await said(collection, 't'), [[a, 1]]);
  }),
];
