import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { readSafetensors, writeSafetensors } from '../../src/encode/safetensors.ts';
import { matrix } from '../../src/matrix.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { readSnapshot, writeSnapshot } from '../../src/store/snapshot.ts';
import { sealSnapshot } from '../../src/store/snapshot-seal.ts';
import type { CollectionStore, NewDocument, Serving } from '../../src/store/store.ts';
import { generation } from './contract/state-cases.ts';
import { document, identity, initial, put, said, taught } from './contract/subject.ts';

const finite = fc.float({ noNaN: true, noDefaultInfinity: true });
const documents = fc.uniqueArray(
  fc.record({
    id: fc.string({ unit: 'grapheme' }),
    text: fc.option(fc.string({ unit: 'grapheme' })),
    metadata: fc.option(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean()))),
    vector: fc.tuple(finite, finite).map((pair) => Float32Array.from(pair)),
    tokens: fc.option(
      fc.uniqueArray(fc.nat(9), { maxLength: 3 }).map((ids) => ({
        ids: Uint32Array.from(ids.sort()),
        counts: Float32Array.from(ids, (id) => id + 1),
      })),
    ),
  }),
  { selector: ({ id }) => id, maxLength: 8 },
);

async function collectionOf(upserts: readonly NewDocument[], serving: Serving = 'asymmetric') {
  const store = new MemoryStore();
  const collection = await store.open(identity, initial);
  // A row that is gone, so that rows and positions differ.
  await put(collection, 'first');
  const { rows } = await collection.write({ upserts, deletes: ['first'] });
  await collection.putTeacherVectors('t', taught(rows.filter((_, i) => i % 2 === 0).map((row) => [row, row])));
  await collection.putTeacherVectors('unused', taught(rows.map((row) => [row, 7])));
  await collection.commit({ state: initial, add: generation(1) });
  const state = { ...initial, serving: 2, lastGeneration: 3 };
  await collection.commit({ state, add: generation(2, { serving, teacher: 't' }) });
  return collection;
}

const loaded = async (bytes: Uint8Array): Promise<CollectionStore> =>
  (await (await readSnapshot(bytes)).find(identity.name))!;

describe('readSnapshot', () => {
  test('answers as the collection did that writeSnapshot wrote', async () => {
    const law = fc.asyncProperty(documents, async (upserts) => {
      const before = await collectionOf(upserts);
      const after = await loaded(await writeSnapshot(before));
      expect(after.identity).toEqual(identity);
      expect(await after.state()).toEqual(await before.state());
      expect(await after.scan(0, 100)).toEqual(await before.scan(0, 100));
      expect(await after.byId(upserts.map(({ id }) => id))).toEqual(await before.byId(upserts.map(({ id }) => id)));
      expect(await said(after, 't')).toEqual(await said(before, 't'));
      expect(await after.untaught('t')).toEqual(await before.untaught('t'));
      expect(await after.generations()).toEqual((await before.generations()).slice(1));
    });
    await fc.assert(law, { numRuns: 100 });
  });

  test('goes on with new rows above those it was loaded with', async () => {
    const collection = await loaded(await writeSnapshot(await collectionOf([document('a'), document('b')])));
    const [a, b] = (await collection.byId(['a', 'b'])).map((face) => face!.row);
    const [again, fresh] = await put(collection, 'a', 'c');
    expect(again).toBe(a!);
    expect(fresh).toBeGreaterThan(b!);
  });

  test('throws storage_failed for a snapshot that was cut at any byte, or altered in any', async () => {
    const bytes = await writeSnapshot(await collectionOf([document('a')]));
    for (let at = 0; at < bytes.length; at += 7) {
      const altered = bytes.slice();
      altered[at]! ^= 1;
      for (const wrong of [bytes.slice(0, at), altered]) {
        await expect(readSnapshot(wrong)).rejects.toMatchObject({
          code: 'storage_failed',
          message: expect.stringContaining('chelated snapshot'),
        });
      }
    }
  });

  test('throws storage_failed for a newer version, and for another file with a seal', async () => {
    const { tensors, metadata } = readSafetensors(await writeSnapshot(await collectionOf([])));
    const changes: Record<string, string>[] = [{ version: '2' }, { format: 'training checkpoint' }];
    for (const change of changes) {
      const bytes = await sealSnapshot(writeSafetensors(Object.fromEntries(tensors), { ...metadata, ...change }));
      const refusal = { code: 'storage_failed', message: expect.stringContaining('install the newer chelated') };
      await expect(readSnapshot(bytes)).rejects.toMatchObject(refusal);
    }
  });
});

describe('writeSnapshot', () => {
  test('words are searched where it is loaded if they were where it was written', async () => {
    const collection = await collectionOf([document('a', { text: 'tide' }), document('b')]);
    expect(await (await loaded(await writeSnapshot(collection))).hasWords()).toBe(false);
    await collection.indexWords();
    const after = await loaded(await writeSnapshot(collection));
    expect(await after.searchWords('tide', 10)).toEqual(await collection.searchWords('tide', 10));
  });

  test('is a .safetensors file that others read the embeddings of', async () => {
    const upserts = [document('a', { vector: Float32Array.of(0, 1) }), document('b')];
    const { tensors } = readSafetensors(await writeSnapshot(await collectionOf(upserts)));
    expect(tensors.get('embeddings')).toMatchObject({ dtype: 'F32', shape: [2, 2], data: Float32Array.of(0, 1, 1, 0) });
  });

  test('has teacher vectors only where documents are searched as the teacher saw them', async () => {
    for (const [serving, kept] of [
      ['asymmetric', true],
      ['mixed', true],
      ['symmetric', false],
    ] as const) {
      const { tensors } = readSafetensors(await writeSnapshot(await collectionOf([document('a')], serving)));
      expect([tensors.has('taught_vectors'), tensors.has('adapter')]).toEqual([kept, true]);
    }
  });

  test('reads a collection page by page, and says how far it is', async () => {
    const collection = await new MemoryStore().open(identity, initial);
    const rows = await put(collection, ...Array.from({ length: 10_000 }, (_, i) => `${i}`));
    const wide = { rows: Uint32Array.from(rows), vectors: matrix(rows.length, 3) };
    await collection.putTeacherVectors('t', wide);
    const add = generation(1, { serving: 'asymmetric', teacher: 't' });
    await collection.commit({ state: { ...initial, serving: 1 }, add });
    const shares: number[] = [];
    const bytes = await writeSnapshot(collection, { onProgress: (done, total) => shares.push(done / total) });
    expect([shares.length > 1, shares.at(-1)]).toEqual([true, 1]);
    const after = await loaded(bytes);
    expect([await after.count(), (await after.untaught('t')).length]).toEqual([rows.length, 0]);
  });
});
