import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { loadAdapter } from '../../src/adapter/load-adapter.ts';
import type { Collection } from '../../src/engine/collection.ts';
import type { Distiller } from '../../src/engine/distiller.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { SearchOptions } from '../../src/engine/searcher.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { row } from '../../src/matrix.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import type { CollectionStore, Store } from '../../src/store/store.ts';
import { tinyAdapter, tinyStudent } from './tiny-student.ts';

// Searches, writes, cycles, swaps and crashes in any order that a scheduler can give them, each checked against a model.

const kernels = await loadKernels();
const encoder = await tinyStudent(kernels);
const files = await Promise.all(
  [1, 2, 3, 4].map((seed) => tinyAdapter(seed % 2 ? 'affine' : 'lexical', encoder, seed)),
);
const texts = ['w1 w2', 'w3', 'w4 w5 w6', 'w7 w1', 'w8 w9', 'w10 w3'];
const query = 'w1 w3 w5 w9';

/** Scores of the query with every text, under every adapter (by its hash) and under none. */
const scores = new Map<string, readonly number[]>();
{
  const { vectors } = await encoder.encode([query, ...texts], { role: 'document' });
  const tokens = encoder.tokenize([query, ...texts]);
  const cosines = (X: typeof vectors) => texts.map((_, i) => kernels.dot(row(X, 0), row(X, i + 1)));
  scores.set('', cosines(vectors));
  for (const file of files) {
    const adapter = await loadAdapter(file, { encoder, kernels });
    scores.set(adapter.hash!, cosines(await adapter.correct({ vectors, tokens })));
  }
}

type Operation =
  | { readonly type: 'search' | 'fused' | 'cycle' | 'adopt' | 'rollback' | 'crash' }
  | { readonly type: 'upsert'; readonly id: string; readonly text: number }
  | { readonly type: 'delete'; readonly id: string }
  | { readonly type: 'promote'; readonly number: number };

const id = fc.constantFrom('a', 'b', 'c');
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ type: 'search' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'fused' as const }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('upsert' as const), id, text: fc.nat(texts.length - 1) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('delete' as const), id }) },
  { weight: 2, arbitrary: fc.constant({ type: 'cycle' as const }) },
  { weight: 4, arbitrary: fc.constant({ type: 'adopt' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'rollback' as const }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('promote' as const), number: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.constant({ type: 'crash' as const }) },
);

/** A write of one document: its text, or −1 for a delete, from the call to the answer (Infinity while there is none). */
interface Write {
  readonly id: string;
  readonly text: number;
  readonly begun: number;
  ended: number;
}

/** What may be seen of a document by a search between two moments: −1 is nothing. */
function possible(writes: readonly Write[], of: string, begun: number, ended: number): Set<number> {
  const own = writes.filter((write) => write.id === of && write.begun < ended);
  const first: Write = { id: of, text: -1, begun: -2, ended: -1 };
  const candidates = [first, ...own].filter(
    (write) => !own.some((later) => later.begun > write.ended && later.ended < begun),
  );
  return new Set(candidates.map(({ text }) => text));
}

/** Every call waits for its turn before it reaches the store and before its answer comes back; after a crash it never does. */
function scheduled(inner: Store, s: fc.Scheduler, process: { alive: boolean }): Store {
  const turn = async () => {
    await s.schedule(Promise.resolve());
    if (!process.alive) await new Promise(() => {});
  };
  const around = (collection: CollectionStore): CollectionStore =>
    new Proxy(collection, {
      get(target, name) {
        const member = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return async (...given: unknown[]) => {
          await turn();
          const result = await member.apply(target, given);
          await turn();
          return result;
        };
      },
    });
  return {
    kind: inner.kind,
    open: async (identity, initial) => around(await inner.open(identity, initial)),
    find: (name) => inner.find(name),
    names: () => inner.names(),
    drop: (name) => inner.drop(name),
    close: async () => {},
  };
}

/** Kernels of a crashed process are never freed: now and then new ones, so that thousands of crashes fit in memory. */
let [shared, worlds] = [kernels, 0];

class World {
  readonly #s: fc.Scheduler;
  readonly #durable = new MemoryStore();
  readonly #writes: Write[] = [];
  #process = { alive: true };
  #clock = 0;
  #adapters = 0;
  collection!: Collection;
  searches = 0;

  constructor(s: fc.Scheduler) {
    this.#s = s;
  }

  async start(): Promise<void> {
    this.#process = { alive: true };
    if (++worlds % 100 === 0) shared = await loadKernels();
    const own = shared;
    const openAdapter = (file: Uint8Array) => loadAdapter(file, { encoder, kernels: own });
    // A fit that takes its turn: what is learned is not what these tests are about.
    const distiller: Distiller = {
      teach: () => Promise.reject(new Error('no teacher')),
      distil: async () => {
        await this.#s.schedule(Promise.resolve());
        const file = this.#nextFile();
        const adapter = await openAdapter(file);
        await adapter.dispose();
        return { file, card: adapter.card, steps: [] };
      },
      close: async () => {},
    };
    const store = scheduled(this.#durable, this.#s, this.#process);
    const engine = await Engine.open({
      encoder,
      kernels,
      store,
      distiller,
      openAdapter,
      mode: 'baseline',
      keep: 2,
      sampleRate: 0.3,
      words: true,
    });
    this.collection = engine.collection();
  }

  #nextFile(): Uint8Array {
    return files[this.#adapters++ % files.length]!;
  }

  crash(): void {
    this.#process.alive = false;
  }

  async run(operation: Operation): Promise<void> {
    const { collection } = this;
    const at = (text: number, of: string) => {
      const write: Write = { id: of, text, begun: this.#clock++, ended: Number.POSITIVE_INFINITY };
      this.#writes.push(write);
      return write;
    };
    switch (operation.type) {
      case 'search':
        return this.search();
      case 'fused':
        return this.search({ fusion: {} });
      case 'upsert': {
        const write = at(operation.text, operation.id);
        const [result] = await collection.upsert([{ id: operation.id, text: texts[operation.text]! }]);
        expect(result!.status).not.toBe('refused');
        write.ended = this.#clock++;
        return;
      }
      case 'delete': {
        const write = at(-1, operation.id);
        await collection.delete([operation.id]);
        write.ended = this.#clock++;
        return;
      }
      case 'cycle':
        await collection.sediment().done;
        return;
      case 'adopt':
        await collection.adopt(this.#nextFile());
        return;
      case 'rollback':
        await collection.rollback();
        return;
      case 'promote':
        await collection.promote(operation.number).catch((error) => expect(error.code).toBe('not_found'));
        return;
      case 'crash':
        await this.#s.schedule(Promise.resolve());
        this.crash();
    }
  }

  async search(options: SearchOptions = {}): Promise<void> {
    const begun = this.#clock++;
    const answer = await this.collection.search({ query }, { k: 10, ...options });
    const ended = this.#clock++;
    this.searches++;
    expect(answer.fallback).toBeNull();
    const found = new Map(answer.hits.map((hit) => [hit.id, hit]));
    expect(found.size).toBe(answer.hits.length);
    for (const each of ['a', 'b', 'c']) {
      const hit = found.get(each);
      const text = hit ? texts.indexOf(hit.text!) : -1;
      expect(possible(this.#writes, each, begun, ended)).toContain(text);
    }
    if (answer.fusion) return;
    // All scores come from one adapter: the one that the fingerprint stands for.
    const fits = [...scores.values()].some((of) =>
      answer.hits.every((hit) => possibleScore(this.#writes, hit, of, begun, ended)),
    );
    expect(fits).toBe(true);
  }
}

/** A text may be replaced between the search and the reading of it: its score is then that of the text found. */
function possibleScore(
  writes: readonly Write[],
  hit: { id: string; score: number },
  of: readonly number[],
  begun: number,
  ended: number,
) {
  return [...possible(writes, hit.id, begun, ended)].some(
    (text) => text >= 0 && Math.abs(of[text]! - hit.score) < 1e-5,
  );
}

describe('any interleaving of searches, writes, cycles, swaps, rollbacks and crashes', () => {
  test('answers every search from one adapter and from documents there were, and loses nothing that was acknowledged', async () => {
    let searches = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.array(operation, { minLength: 2, maxLength: 7 }), { minLength: 1, maxLength: 3 }),
        async (s, rounds) => {
          const world = new World(s);
          await s.waitFor(world.start());
          // Something to replace: what is new is met by a build anyway, what is replaced must be told to it.
          for (const each of ['a', 'b', 'c']) await s.waitFor(world.run({ type: 'upsert', id: each, text: 0 }));
          for (const round of rounds) {
            const crashes = round.some(({ type }) => type === 'crash');
            const runs = Promise.all(round.map((each) => world.run(each)));
            const crashed = crashes
              ? Promise.all(
                  round
                    .filter(({ type }) => type === 'crash')
                    .map(() => new Promise<void>((resolve) => setTimeout(resolve, 5))),
                )
              : null;
            await s.waitFor(crashed ? Promise.race([runs, crashed]) : runs);
            if (crashes) {
              world.crash();
              await s.waitFor(world.start());
            }
            await s.waitFor(world.search());
          }
          searches += world.searches;
        },
      ),
      { numRuns: Number(process.env.CHELATED_INTERLEAVINGS ?? (process.env.CHELATED_CI ? 10_000 : 1500)) },
    );
    expect(searches).toBeGreaterThan(1000);
  });
});
