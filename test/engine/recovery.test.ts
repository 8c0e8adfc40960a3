import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { Engine } from '../../src/engine/engine.ts';
import type { EngineEvent } from '../../src/engine/events.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import type { Store } from '../../src/store/store.ts';
import { tinyAdapter, tinyDocuments, tinyStudent } from './tiny-student.ts';
import { lasting } from './toy-engine.ts';

const kernels = await loadKernels();
const encoder = await tinyStudent(kernels);
const documents = tinyDocuments(40);
const query = { query: 'w1 w2 w3' };

/** A store whose adapter files are read back damaged: those of the numbers given. */
function damaged(store: Store, harm: (file: Uint8Array) => Uint8Array, numbers: readonly number[]): Store {
  return {
    ...lasting(store),
    open: async (identity, initial) => {
      const collection = await store.open(identity, initial);
      return new Proxy(collection, {
        get(target, name) {
          const member = Reflect.get(target, name, target);
          if (name !== 'generations') return typeof member === 'function' ? member.bind(target) : member;
          return async () =>
            (await target.generations()).map((record) =>
              numbers.includes(record.number) ? { ...record, adapter: harm(record.adapter) } : record,
            );
        },
      });
    },
  };
}

/** A store with generations 1, 2 and 3 (which serves), and what each of 0 … 3 answers. */
async function threeGenerations() {
  const store = new MemoryStore();
  const engine = await Engine.open({ encoder, kernels, store: lasting(store) });
  const collection = engine.collection();
  await collection.upsert(documents);
  const answers = [await collection.search(query)];
  for (const seed of [1, 2, 3]) {
    await collection.adopt(await tinyAdapter(seed === 2 ? 'lexical' : 'affine', encoder, seed));
    answers.push(await collection.search(query));
  }
  await engine.close();
  return { store, answers };
}

const cut = fc
  .double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  .map((share) => (file: Uint8Array) => file.slice(0, Math.floor(share * file.length)));
const flip = fc
  .record({ share: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), bit: fc.nat(7) })
  .map(({ share, bit }) => (file: Uint8Array) => {
    const altered = file.slice();
    altered[Math.floor(share * file.length)]! ^= 1 << bit;
    return altered;
  });

describe('a checkpoint that is truncated anywhere, or has one bit altered', () => {
  test('is given up for the one before it, which answers as it did; events and history say so', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(cut, flip), fc.constantFrom([3], [3, 2], [3, 2, 1]), async (harm, numbers) => {
        const { store, answers } = await threeGenerations();
        const events: EngineEvent[] = [];
        const onEvent = (event: EngineEvent) => events.push(event);
        const engine = await Engine.open({ encoder, kernels, store: damaged(store, harm, numbers), onEvent });
        const collection = engine.collection();
        expect(await collection.search(query)).toEqual(answers[3 - numbers.length]!);
        const lost = events.flatMap((event) => (event.type === 'generation-lost' ? [event.generation] : []));
        expect(lost).toEqual([...numbers]);
        const history = await collection.history();
        expect(history.filter(({ kind }) => kind === 'generation-lost').length).toBe(numbers.length);
        await engine.close();
        // It is given up for good: the next start says nothing more.
        const again = await Engine.open({ encoder, kernels, store: lasting(store), onEvent: () => events.push });
        expect(await again.collection().search(query)).toEqual(answers[3 - numbers.length]!);
        await again.close();
      }),
      { numRuns: 40 },
    );
  });

  test('of a generation that does not serve is met by whoever asks for it, and nobody else', async () => {
    const { store, answers } = await threeGenerations();
    const engine = await Engine.open({ encoder, kernels, store: damaged(store, (file) => file.slice(0, 99), [1]) });
    const collection = engine.collection();
    expect(await collection.search(query)).toEqual(answers[3]!);
    await expect(collection.promote(1)).rejects.toMatchObject({ code: 'adapter_corrupt' });
    await collection.promote(2);
    expect((await collection.search(query)).hits).toEqual(answers[2]!.hits);
    await engine.close();
  });
});
