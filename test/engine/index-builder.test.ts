import { describe, expect, test } from 'bun:test';
import { config } from '../../src/config.ts';
import { Engine } from '../../src/engine/engine.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import type { Store } from '../../src/store/store.ts';
import { tinyAdapter, tinyStudent } from './tiny-student.ts';
import { lasting } from './toy-engine.ts';

const kernels = await loadKernels();
const encoder = await tinyStudent(kernels);

/** A store whose scans, once `hold` was called, have been read but come back only when it is let go. */
function heldScans(store: Store) {
  let held: Promise<void> | null = null;
  let letGo = () => {};
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const wrapped: Store = {
    ...lasting(store),
    open: async (identity, initial) => {
      const collection = await store.open(identity, initial);
      return new Proxy(collection, {
        get(target, name) {
          const member = Reflect.get(target, name, target);
          if (name !== 'scan') return typeof member === 'function' ? member.bind(target) : member;
          return async (after: number, limit: number) => {
            const page = await target.scan(after, limit);
            if (held) arrive();
            await held;
            return page;
          };
        },
      });
    },
  };
  const hold = () => {
    held = new Promise((resolve) => {
      letGo = resolve;
    });
  };
  return { store: wrapped, hold, arrived, letGo: () => letGo() };
}

describe('an index that is being built', () => {
  test('has what was replaced, added and deleted after its documents were read', async () => {
    const { store, hold, arrived, letGo } = heldScans(new MemoryStore());
    const engine = await Engine.open({ encoder, kernels, store });
    const collection = engine.collection();
    await collection.upsert([
      { id: 'replaced', text: 'w1 w2' },
      { id: 'deleted', text: 'w3 w4' },
      { id: 'kept', text: 'w5 w6' },
    ]);
    hold();
    const adopted = collection.adopt(await tinyAdapter('lexical', encoder));
    await arrived;
    await collection.upsert([
      { id: 'replaced', text: 'w7 w8' },
      { id: 'new', text: 'w9 w10' },
    ]);
    await collection.delete(['deleted']);
    letGo();
    await adopted;
    for (const [id, query] of Object.entries({ replaced: 'w7 w8', new: 'w9 w10', kept: 'w5 w6' })) {
      const { hits, generation } = await collection.search({ query }, { k: 10 });
      expect(generation).toBe(1);
      expect(hits.map((hit) => hit.id).sort()).toEqual(['kept', 'new', 'replaced']);
      expect(hits.find((hit) => hit.id === id)!.score).toBeCloseTo(1, 5);
    }
    await engine.close();
  });

  test('has what was written between two of its slices, where it reads from memory', async () => {
    const second = Promise.withResolvers<void>();
    let products = 0;
    const watched = new Proxy(kernels, {
      get(target, name) {
        if (name === 'gemm' && ++products === 2) second.resolve();
        const member = Reflect.get(target, name, target);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    const engine = await Engine.open({ encoder, kernels: watched });
    const collection = engine.collection();
    const count = config.engine.sliceDocuments * 40;
    await collection.upsert(Array.from({ length: count }, (_, i) => ({ id: `d${i}`, text: `w${i % 5}` })));
    let building = true;
    const adopted = collection.adopt(await tinyAdapter('affine', encoder)).finally(() => {
      building = false;
    });
    await second.promise;
    // One document that has been projected, and one that has not.
    await collection.upsert([
      { id: 'd0', text: 'w6 w8' },
      { id: `d${count - 1}`, text: 'w7 w8' },
    ]);
    await collection.delete(['d1']);
    expect(building).toBe(true);
    await adopted;
    for (const [id, query] of [
      ['d0', 'w6 w8'],
      [`d${count - 1}`, 'w7 w8'],
    ]) {
      const { hits, generation } = await collection.search({ query: query! }, { k: count });
      expect(generation).toBe(1);
      expect(hits.length).toBe(count - 1);
      expect(hits.find((hit) => hit.id === id)!.score).toBeCloseTo(1, 5);
    }
    await engine.close();
  });
});
