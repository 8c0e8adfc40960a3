import assert from 'node:assert/strict';
import type { GenerationRecord } from '../../../src/store/store.ts';
import { identity, initial, onCollection, onStore, put, type StoreCase, said, taught } from './subject.ts';

export function generation(number: number, fields: Partial<GenerationRecord> = {}): GenerationRecord {
  const adapter = Uint8Array.of(number, 0, 255);
  return { number, adapter, serving: 'symmetric', teacher: null, createdAt: 1_764_000_000_000, cycle: null, ...fields };
}

const entry = (kind: string) => ({ at: 1_764_000_000_123, kind, detail: { z: 2.5, list: [1, 'x', null] } });

export const stateCases: readonly StoreCase[] = [
  onCollection('begins with the state it was made with', async (collection) => {
    assert.deepEqual(await collection.state(), initial);
    assert.deepEqual([await collection.generations(), await collection.history(10)], [[], []]);
  }),

  onCollection('commits state, generations and history together', async (collection) => {
    const state = { ...initial, mode: 'hybrid', alpha: 0.25, serving: 2, lastGeneration: 2, cycles: 1 } as const;
    const second = generation(2, { serving: 'asymmetric', teacher: 'mpnet', cycle: 1 });
    await collection.commit({ state: { ...state, serving: 1 }, add: generation(1) });
    await collection.commit({ state, add: second, history: [entry('promoted'), entry('mode')] });
    assert.deepEqual(await collection.state(), state);
    assert.deepEqual(await collection.generations(), [generation(1), second]);
    await collection.commit({ state: initial, drop: [1, 7], history: [entry('rolled back')] });
    assert.deepEqual([await collection.state(), await collection.generations()], [initial, [second]]);
    assert.deepEqual(
      (await collection.history(2)).map(({ kind }) => kind),
      ['mode', 'rolled back'],
    );
    assert.deepEqual(await collection.history(10), ['promoted', 'mode', 'rolled back'].map(entry));
    assert.deepEqual(await collection.history(0), []);
  }),

  onCollection('a commit that fails changes nothing', async (collection) => {
    await collection.commit({ state: initial, add: generation(1) });
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const state = { ...initial, serving: 1 };
    const history = [entry('fine'), { at: 0, kind: 'circular', detail: circular }];
    await assert.rejects(collection.commit({ state, add: generation(2), drop: [1], history }));
    assert.deepEqual(await collection.state(), initial);
    assert.deepEqual([await collection.generations(), await collection.history(10)], [[generation(1)], []]);
  }),

  onCollection('a caller that changes state or adapters it gave, or got, changes nothing here', async (collection) => {
    const state = { ...initial };
    const given = generation(1);
    const note = { ...entry('note'), detail: { list: [1] } };
    await collection.commit({ state, add: given, history: [note] });
    state.cycles = 9;
    given.adapter.fill(9);
    note.detail.list[0] = 9;
    (await collection.generations())[0]!.adapter.fill(9);
    Object.assign(await collection.state(), { cycles: 9 });
    assert.deepEqual([await collection.state(), await collection.generations()], [initial, [generation(1)]]);
    assert.deepEqual((await collection.history(1))[0]!.detail, { list: [1] });
  }),

  onStore('what was acknowledged is there for the process that comes next', async (store, subject) => {
    const collection = await store.open(identity, initial);
    const [a, b] = await put(collection, 'a', 'b');
    await collection.putTeacherVectors('t', taught([[b!, 2]]));
    await collection.appendEvents([[a!, b!]]);
    const state = { ...initial, serving: 1, lastGeneration: 1 };
    await collection.commit({ state, add: generation(1), history: [entry('promoted')] });

    const later = await subject.reopen(store);
    const again = await later.open(identity, initial);
    assert.deepEqual(
      (await again.scan(0, 10)).faces.map(({ row, id }) => [row, id]),
      [
        [a, 'a'],
        [b, 'b'],
      ],
    );
    assert.deepEqual([await said(again, 't'), (await again.events()).length], [[[b, 2]], 1]);
    assert.deepEqual([await again.state(), await again.generations()], [state, [generation(1)]]);
    assert.deepEqual(await again.history(9), [entry('promoted')]);
    assert.ok((await put(again, 'c'))[0]! > b!);
    await later.close();
  }),
];
