import assert from 'node:assert/strict';
import { matrix } from '../../../src/matrix.ts';
import type { NewDocument } from '../../../src/store/store.ts';
import { codeIs, document, onCollection, put, type StoreCase, said, taught } from './subject.ts';

const bad: readonly (readonly [code: string, document: NewDocument])[] = [
  ['shape_mismatch', document('x', { vector: Float32Array.of(1) })],
  ['not_finite', document('x', { vector: Float32Array.of(1, Number.NaN) })],
  ['not_finite', document('x', { metadata: { score: Number.POSITIVE_INFINITY } })],
  ['shape_mismatch', document('x', { tokens: { ids: Uint32Array.of(1), counts: new Float32Array(0) } })],
  ['invalid_input', document('\ud800')],
  ['invalid_input', document('x', { text: 'half \ud83d' })],
];

export const refusalCases: readonly StoreCase[] = [
  onCollection(
    'refuses a document that it could not give back, and nothing of that write happens',
    async (collection) => {
      await put(collection, 'a');
      for (const [code, wrong] of bad) {
        const write = collection.write({ upserts: [document('b'), wrong], deletes: ['a'] });
        await assert.rejects(write, codeIs(code), code);
      }
      assert.deepEqual(
        (await collection.scan(0, 10)).faces.map(({ id }) => id),
        ['a'],
      );
    },
  ),

  onCollection('refuses teacher vectors of another width, or not finite, and keeps what it had', async (collection) => {
    const [a, b] = await put(collection, 'a', 'b');
    await collection.putTeacherVectors('t', taught([[a!, 1]]));
    const wide = { rows: Uint32Array.of(b!), vectors: matrix(1, 2, Float32Array.of(1, 0)) };
    const short = { rows: Uint32Array.of(a!, b!), vectors: matrix(1, 1) };
    await assert.rejects(collection.putTeacherVectors('t', wide), codeIs('shape_mismatch'));
    await assert.rejects(collection.putTeacherVectors('t', short), codeIs('shape_mismatch'));
    const nan = taught([
      [a!, 5],
      [b!, Number.NaN],
    ]);
    await assert.rejects(collection.putTeacherVectors('t', nan), codeIs('not_finite'));
    assert.deepEqual(await said(collection, 't'), [[a, 1]]);
  }),
];
