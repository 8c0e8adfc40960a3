import assert from 'node:assert/strict';
import { generation } from './state-cases.ts';
import { codeIs, document, identity, initial, onStore, put, type StoreCase, said, taught } from './subject.ts';

const other = { ...identity, name: 'öther\u0000' };

export const collectionCases: readonly StoreCase[] = [
  onStore('makes a collection once, and finds it by name', async (store) => {
    assert.deepEqual([await store.names(), await store.find('main')], [[], null]);
    const first = await store.open(identity, initial);
    await first.commit({ state: { ...initial, cycles: 3 } });
    await put(first, 'a');
    const again = await store.open(identity, initial);
    assert.deepEqual([(await again.state()).cycles, await again.count()], [3, 1]);
    assert.deepEqual((await store.find('main'))?.identity, identity);
    await store.open(other, initial);
    assert.deepEqual(await store.names(), ['main', other.name]);
  }),

  onStore('refuses to open a collection for another student', async (store, subject) => {
    await store.open(identity, initial);
    const wrong = { ...identity, baseFingerprint: 'f2' };
    await assert.rejects(store.open(wrong, initial), codeIs('adapter_wrong_model'));
    const later = await subject.reopen(store);
    await assert.rejects(later.open(wrong, initial), codeIs('adapter_wrong_model'));
    await later.open(identity, initial);
    await later.close();
  }),

  onStore('collections do not disturb each other', async (store) => {
    const [one, two] = [await store.open(identity, initial), await store.open(other, initial)];
    const [a] = await put(one, 'a');
    const [b] = await put(two, 'a');
    await one.putTeacherVectors('t', taught([[a!, 1]]));
    await two.putTeacherVectors('t', taught([[b!, 2]]));
    await one.appendEvents([[a!]]);
    await one.commit({
      state: { ...initial, serving: 1 },
      add: generation(1),
      history: [{ at: 1, kind: 'x', detail: {} }],
    });
    await two.write({ upserts: [], deletes: ['a'] });
    await two.compactEvents(0);
    assert.deepEqual([await one.count(), await two.count()], [1, 0]);
    assert.deepEqual([await said(one, 't'), await said(two, 't')], [[[a, 1]], []]);
    assert.deepEqual([(await one.events()).length, (await two.events()).length], [1, 0]);
    assert.deepEqual([(await one.state()).serving, (await two.state()).serving], [1, 0]);
    assert.deepEqual([(await two.generations()).length, (await two.history(9)).length], [0, 0]);
  }),

  onStore('rows of one collection are no rows of another', async (store) => {
    const [one, two] = [await store.open(identity, initial), await store.open(other, initial)];
    const rows = await put(one, 'a', 'b', 'c');
    assert.deepEqual(await two.byRow(rows), [null, null, null]);
    assert.equal((await two.batch(rows)).faces.length, 0);
    await two.appendEvents([rows]);
    await two.putTeacherVectors('t', taught(rows.map((row) => [row, 1])));
    assert.deepEqual([await two.events(), await said(two, 't'), await said(one, 't')], [[], [], []]);
  }),

  onStore('a dropped collection is gone with all that was in it, and so are the hands on it', async (store) => {
    const collection = await store.open(identity, initial);
    await put(collection, 'a');
    await collection.commit({ state: { ...initial, cycles: 1 }, add: generation(1) });
    assert.deepEqual([await store.drop('main'), await store.drop('main'), await store.names()], [true, false, []]);
    await assert.rejects(collection.count(), codeIs('not_found'));
    await assert.rejects(collection.write({ upserts: [document('b')], deletes: [] }), codeIs('not_found'));
    const fresh = await store.open({ ...identity, baseFingerprint: 'f2' }, initial);
    assert.deepEqual([await fresh.count(), await fresh.state(), await fresh.generations()], [0, initial, []]);
  }),

  onStore('a closed store refuses every call', async (store) => {
    const collection = await store.open(identity, initial);
    await store.close();
    await store.close();
    const calls = [
      () => store.names(),
      () => store.find('main'),
      () => store.open(identity, initial),
      () => store.drop('main'),
      () => collection.count(),
      () => collection.state(),
      () => collection.appendEvents([]),
    ];
    for (const call of calls) await assert.rejects(call, codeIs('storage_failed'), String(call));
  }),
];
