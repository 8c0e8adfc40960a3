import type { Adapter } from '../adapter/adapter.ts';
import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';
import { Mutex } from '../mutex.ts';
import { documentPages } from '../store/pages.ts';
import type { CollectionState, CollectionStore, GenerationRecord, HistoryEntry } from '../store/store.ts';
import type { CollectionEvent } from './events.ts';
import { Generation, type IndexInput } from './generation.ts';
import { type Building, IndexBuilder } from './index-builder.ts';
import type { Slots } from './slots.ts';

export interface GenerationsParts {
  readonly store: CollectionStore;
  readonly kernels: Kernels;
  readonly slots: Slots;
  /** Held by every write, and by the last moment of a swap. */
  readonly writes: Mutex;
  readonly openAdapter: (file: Uint8Array) => Promise<Adapter>;
  /** Generations kept beside the student, the serving one included. */
  readonly keep: number;
  readonly emit: (event: CollectionEvent) => void;
}

/**
 * The generations of a collection. One reference says which one serves; a new one is built beside it and swapped in when every
 * document is in it. Whatever is written goes to all that are kept, to those that are being built, and to those that were
 * dropped but still have readers, so none of them ever says what was deleted.
 */
export class Generations {
  readonly #parts: GenerationsParts;
  readonly #zero: Generation;
  /** Built ones that a write must reach. */
  readonly #live = new Set<Generation>();
  readonly #adds = new Mutex();
  readonly #builder: IndexBuilder;
  readonly #built = new Map<number, Promise<Generation>>();
  #records = new Map<number, GenerationRecord>();
  #state: CollectionState;
  #serving: Generation;

  private constructor(parts: GenerationsParts, state: CollectionState) {
    this.#parts = parts;
    this.#state = state;
    const { identity } = parts.store;
    this.#zero = Generation.unadapted(identity.baseFingerprint, identity.dims, parts.kernels);
    this.#serving = this.#zero;
    this.#live.add(this.#zero);
    this.#builder = new IndexBuilder(parts, this.#zero, (freed) => this.#live.delete(freed));
  }

  /**
   * Reads all documents, and builds the generation that served last. An adapter that cannot be read is given up and the
   * one before it serves; the events and the history say so. The other kept ones are built afterwards, or when asked for.
   */
  static async load(parts: GenerationsParts): Promise<Generations> {
    const generations = new Generations(parts, await parts.store.state());
    await generations.#readDocuments();
    for (const record of await parts.store.generations()) generations.#records.set(record.number, record);
    await generations.#recover();
    void generations.#buildKept();
    return generations;
  }

  get state(): CollectionState {
    return this.#state;
  }

  get zero(): Generation {
    return this.#zero;
  }

  /** The generation that answers now; mode off is the student's. */
  get serving(): Generation {
    return this.#state.mode === 'off' ? this.#zero : this.#serving;
  }

  /** The last promoted one, also while mode off lets the student answer. */
  get promoted(): Generation {
    return this.#serving;
  }

  get records(): readonly GenerationRecord[] {
    return [...this.#records.values()].sort((a, b) => a.number - b.number);
  }

  /** Projects documents for every generation that a write must reach. Inside of the write mutex. */
  async projectForAll(input: Omit<IndexInput, 'rows' | 'taught'>): Promise<Projection[]> {
    const rows = Array.from({ length: input.vectors.rows }, () => 0);
    const projections: Projection[] = [];
    for (const generation of this.#live) {
      projections.push({ generation, vectors: await generation.projectDocuments({ ...input, rows, taught: null }) });
    }
    return projections;
  }

  /** The first generation that could not take documents without tokens, if there is one. */
  get needsTokens(): Generation | undefined {
    const all = [...this.#live, ...[...this.#builder.building].map(({ generation }) => generation)];
    return all.find(({ adapter }) => adapter !== null && adapter.card.needs !== 'vector');
  }

  /** Makes what the store has written visible to searches, all in one moment. Inside of the write mutex. */
  apply(written: { rows: readonly number[]; deleted: readonly number[] }, projections: readonly Projection[]): void {
    const { slots } = this.#parts;
    for (const document of written.deleted) {
      const slot = slots.release(document);
      if (slot === undefined) continue;
      for (const generation of this.#live) generation.clear(slot);
      for (const { generation } of this.#builder.building) generation.clear(slot);
    }
    const taken = written.rows.map((document) => slots.take(document));
    for (const { dirty } of this.#builder.building) for (const document of written.rows) dirty.add(document);
    for (const { generation, vectors } of projections) if (!generation.isFreed) generation.put(taken, vectors);
  }

  /** Puts these documents anew into the generations that search this teacher's vectors. Inside of the write mutex. */
  async retaught(teacher: string, rows: readonly number[]): Promise<void> {
    for (const generation of this.#live) {
      if (generation.teacher === teacher && generation.serving !== 'symmetric')
        await this.#builder.putRows(generation, rows);
    }
    for (const { generation, dirty } of this.#builder.building) {
      if (generation.teacher === teacher) for (const each of rows) dirty.add(each);
    }
  }

  /**
   * Builds a generation of this adapter beside the serving one, keeps it and lets it serve. Until that moment nothing has
   * changed; a failure leaves everything as it was. One at a time: numbers are in the order in which generations serve.
   */
  add(record: Omit<GenerationRecord, 'number'>, reason: string): Promise<Generation> {
    return this.#adds.run(async () => {
      const number = this.#state.lastGeneration + 1;
      const full = { ...record, number };
      const building = await this.#builder.build(full);
      return this.#parts.writes.run(async () => {
        await this.#builder.drain(building);
        const drop = this.#surplus(number);
        const state = { ...this.#state, serving: number, lastGeneration: number };
        const history = [this.#swapEntry(number, reason)];
        await this.#parts.store.commit({ state, add: full, drop, history }).catch(async (error) => {
          await this.#builder.abandon(building);
          throw error;
        });
        this.#records.set(number, full);
        this.#finish(building);
        this.#swap(building.generation, state, reason);
        for (const old of drop) this.#forget(old);
        return building.generation;
      });
    });
  }

  /** @throws {ChelatedError} not_found when that generation is not kept; adapter_corrupt when it can no longer be read */
  async promote(number: number, reason: string, kind = 'promoted'): Promise<Generation> {
    const generation = number === 0 ? this.#zero : await this.#kept(number);
    return this.#parts.writes.run(async () => {
      if (number !== 0 && !this.#records.has(number)) throw this.#notKept(number);
      const state = { ...this.#state, serving: number };
      await this.#parts.store.commit({ state, history: [this.#swapEntry(number, reason, kind)] });
      this.#swap(generation, state, reason);
      return generation;
    });
  }

  /** Lets what served before serve again, and says which that is. One that is dropped at that very moment is passed over. */
  async rollback(reason: string): Promise<number> {
    for (;;) {
      const to = await this.before();
      try {
        await this.promote(to, reason, 'rolled-back');
        return to;
      } catch (error) {
        if (this.isKept(to)) throw error;
      }
    }
  }

  isKept(number: number): boolean {
    return number === 0 || this.#records.has(number);
  }

  /** What served before the promoted generation did: where a rollback goes. The student where nothing else is kept. */
  async before(): Promise<number> {
    const { number } = this.#serving;
    const past = await this.#parts.store.history(config.engine.historyEntries);
    const from = past.findLast(({ detail }) => detail.to === number)?.detail.from;
    if (typeof from === 'number' && from !== number && this.isKept(from)) return from;
    return this.#newestBelow(number);
  }

  /** Changes what is not the serving generation. */
  changeState(change: Partial<Pick<CollectionState, 'mode' | 'alpha' | 'cycles'>>, history: HistoryEntry[] = []) {
    return this.#parts.writes.run(async () => {
      const state = { ...this.#state, ...change };
      await this.#parts.store.commit({ state, history });
      this.#state = state;
    });
  }

  /** A kept generation, built now if it is not yet. */
  async built(number: number): Promise<Generation> {
    return number === 0 ? this.#zero : this.#kept(number);
  }

  async dispose(): Promise<void> {
    await Promise.allSettled(this.#built.values());
    for (const generation of [...this.#live]) await generation.retire();
  }

  #newestBelow(number: number): number {
    return Math.max(0, ...[...this.#records.keys()].filter((each) => each < number));
  }

  /** What a new generation makes one too many: the oldest, but never the one that serves until now. */
  #surplus(added: number): number[] {
    const numbers = [...this.#records.keys(), added].sort((a, b) => b - a);
    return numbers.slice(this.#parts.keep).filter((number) => number !== this.#serving.number);
  }

  #swapEntry(to: number, reason: string, kind = 'promoted'): HistoryEntry {
    return { at: Date.now(), kind, detail: { from: this.#state.serving, to, reason } };
  }

  #swap(generation: Generation, state: CollectionState, reason: string): void {
    const from = this.#serving.number;
    this.#serving = generation;
    this.#state = state;
    this.#parts.emit({ type: 'serving', from, to: generation.number, reason });
  }

  #notKept(number: number): ChelatedError {
    const kept = [0, ...this.#records.keys()].join(', ');
    return new ChelatedError('not_found', `generation ${number} is not kept; there are ${kept}`);
  }

  #kept(number: number): Promise<Generation> {
    const built = this.#built.get(number);
    if (built) return built;
    const record = this.#records.get(number);
    if (!record) return Promise.reject(this.#notKept(number));
    const building = this.#builder.build(record).then((ready) =>
      this.#parts.writes.run(async () => {
        await this.#builder.drain(ready);
        if (!this.#records.has(number)) {
          await this.#builder.abandon(ready);
          throw this.#notKept(number);
        }
        this.#finish(ready);
        return ready.generation;
      }),
    );
    this.#built.set(number, building);
    building.catch(() => this.#built.delete(number));
    return building;
  }

  #finish(building: Building): void {
    this.#builder.finish(building);
    this.#live.add(building.generation);
    this.#built.set(building.generation.number, Promise.resolve(building.generation));
  }

  /** Does not wait: one that is still being built waits for the lock that is held here, and gives up when it has it. */
  #forget(number: number): void {
    this.#records.delete(number);
    void this.#built.get(number)?.then(
      (generation) => generation.retire(),
      () => {},
    );
    this.#built.delete(number);
  }

  async #readDocuments(): Promise<void> {
    const { store, slots } = this.#parts;
    for await (const batch of documentPages(store, config.engine.readDocuments)) {
      this.#zero.put(
        batch.faces.map((face) => slots.take(face.row)),
        batch.vectors,
      );
    }
  }

  /** Lets the newest generation serve that can be read, from the one that served last downwards. */
  async #recover(): Promise<void> {
    for (;;) {
      const { serving } = this.#state;
      if (serving === 0) return;
      try {
        this.#serving = await this.#kept(serving);
        return;
      } catch (error) {
        const code = error instanceof ChelatedError ? error.code : '';
        if (!code.startsWith('adapter_') && code !== 'not_found') throw error;
        await this.#giveUp(serving, (error as Error).message);
      }
    }
  }

  async #giveUp(number: number, reason: string): Promise<void> {
    const state = { ...this.#state, serving: this.#newestBelow(number) };
    const history = [{ at: Date.now(), kind: 'generation-lost', detail: { generation: number, reason } }];
    await this.#parts.store.commit({ state, drop: [number], history });
    this.#records.delete(number);
    this.#state = state;
    this.#parts.emit({ type: 'generation-lost', generation: number, reason });
  }

  /** So that a rollback finds them ready. One that fails is met again by whoever asks for it. */
  async #buildKept(): Promise<void> {
    for (const number of [...this.#records.keys()].sort((a, b) => b - a)) {
      await this.#kept(number).catch(() => {});
    }
  }
}

/** Documents in one generation's space. */
export interface Projection {
  readonly generation: Generation;
  readonly vectors: Matrix;
}
