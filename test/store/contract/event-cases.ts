import assert from 'node:assert/strict';
import { document, lists, onCollection, put, type StoreCase } from './subject.ts';

export const eventCases: readonly StoreCase[] = [
  onCollection('keeps events oldest first, each row once, only of documents there are', async (collection) => {
    const [a, b] = await put(collection, 'a', 'b');
    await collection.appendEvents([[b!, a!], []]);
    await collection.appendEvents([Uint32Array.of(a!, a!, 1e6), [1e6]]);
    assert.deepEqual(lists(await collection.events()), [[b, a], [a]]);
  }),

  onCollection('a document that is deleted, or replaced by another, leaves the events before', async (collection) => {
    const [a, b, c] = await put(collection, 'a', 'b', 'c');
    await collection.appendEvents([[a!, b!, c!], [a!], [b!]]);
    await collection.write({ upserts: [document('b', { text: 'other' })], deletes: ['a'] });
    assert.deepEqual(lists(await collection.events()), [[c]]);
    await collection.appendEvents([[a!, b!, c!]]);
    assert.deepEqual(lists(await collection.events()), [[c], [b, c]]);
  }),

  onCollection(
    'a document keeps its place in later events when events before them are compacted away',
    async (collection) => {
      const [a, b] = await put(collection, 'a', 'b');
      await collection.appendEvents([[a!], [a!]]);
      await collection.write({ upserts: [document('b', { text: 'other' })], deletes: [] });
      await collection.compactEvents(0);
      await collection.appendEvents([[b!]]);
      assert.deepEqual(lists(await collection.events()), [[b]]);
    },
  ),

  onCollection('compaction keeps the newest K of each document, and says how many it dropped', async (collection) => {
    const [a, b, c] = await put(collection, 'a', 'b', 'c');
    const events = [[a!, b!], [a!, c!], [a!], [a!, b!], [a!]];
    await collection.appendEvents(events);
    assert.equal(await collection.compactEvents(2), 1);
    assert.deepEqual(lists(await collection.events()), [events[0], events[1], events[3], events[4]]);
    assert.equal(await collection.compactEvents(2), 0);
  }),

  onCollection('compaction counts a document only where it still is', async (collection) => {
    const [a, b] = await put(collection, 'a', 'b');
    await collection.appendEvents([[a!], [a!, b!]]);
    await collection.write({ upserts: [document('a', { text: 'other' })], deletes: [] });
    await collection.appendEvents([[a!]]);
    assert.equal(await collection.compactEvents(1), 0);
    assert.deepEqual(lists(await collection.events()), [[b], [a]]);
  }),

  onCollection('a caller that changes events it gave, or got, changes nothing here', async (collection) => {
    const [a] = await put(collection, 'a');
    const given = Uint32Array.of(a!);
    await collection.appendEvents([given]);
    given.fill(9);
    (await collection.events())[0]!.fill(9);
    assert.deepEqual(lists(await collection.events()), [[a]]);
  }),
];
