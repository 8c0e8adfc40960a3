import type { ChelatedError } from '../errors.ts';
import { checkIdentity } from './check-identity.ts';
import { closed, dropped } from './ended.ts';
import { MemoryCollection } from './memory-collection.ts';
import type { CollectionIdentity, CollectionState, CollectionStore, Store } from './store.ts';

/**
 * A store that lives as long as the process: for tests, and for stateless edges, which load a snapshot into it.
 *
 * @example
 * const store = new MemoryStore();
 * await store.names(); // => []
 */
export class MemoryStore implements Store {
  readonly kind = 'memory';
  readonly #collections = new Map<string, MemoryCollection>();
  #ended: ChelatedError | null = null;

  /** A store that holds this collection. */
  static of(collection: MemoryCollection): MemoryStore {
    const store = new MemoryStore();
    store.#collections.set(collection.identity.name, collection);
    return store;
  }

  async open(identity: CollectionIdentity, initial: CollectionState): Promise<CollectionStore> {
    this.#assertOpen();
    const kept = this.#collections.get(identity.name) ?? new MemoryCollection(identity, initial);
    checkIdentity(kept.identity, identity);
    this.#collections.set(identity.name, kept);
    return kept;
  }

  async find(name: string): Promise<CollectionStore | null> {
    this.#assertOpen();
    return this.#collections.get(name) ?? null;
  }

  async names(): Promise<string[]> {
    this.#assertOpen();
    return [...this.#collections.keys()].sort();
  }

  async drop(name: string): Promise<boolean> {
    this.#assertOpen();
    const collection = this.#collections.get(name);
    if (collection) collection.ended = dropped(name);
    return this.#collections.delete(name);
  }

  async close(): Promise<void> {
    this.#ended = closed();
    for (const collection of this.#collections.values()) collection.ended = this.#ended;
  }

  #assertOpen(): void {
    if (this.#ended) throw this.#ended;
  }
}
