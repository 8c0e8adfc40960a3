import type { Adapter } from '../adapter/adapter.ts';
import { loadAdapter } from '../adapter/load-adapter.ts';
import { config } from '../config.ts';
import type { AlphaSchedule } from '../distil/alpha-schedule.ts';
import type { Encoder } from '../encode/encoder.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { MemoryStore } from '../store/memory-store.ts';
import type { Mode, Store } from '../store/store.ts';
import { checkedAlpha } from './alpha-of.ts';
import { Collection, type CollectionSettings } from './collection.ts';
import type { Distiller } from './distiller.ts';
import { type EngineListener, Events } from './events.ts';

export interface EngineOptions extends Partial<CollectionSettings> {
  /** The student. It belongs to the caller. */
  readonly encoder: Encoder;
  readonly kernels: Kernels;
  /** Where documents and generations live. Without it in memory, gone with the process. The engine closes it. */
  readonly store?: Store;
  /** Who learns. Without one the engine serves and does not learn. The engine closes it. */
  readonly distiller?: Distiller;
  /** Id of the teacher, as the distiller opens it. */
  readonly teacher?: string;
  /** What a new collection does. Default: `offline` with a teacher, else `config.mode`. */
  readonly mode?: Mode;
  /** Teacher weight of a new collection in mode hybrid: one for every cycle, or a curriculum. */
  readonly alpha?: number | AlphaSchedule;
  /** How an adapter file is made ready to run; on the kernels by default. */
  readonly openAdapter?: (file: Uint8Array) => Promise<Adapter>;
  /** Hears everything from the start, also what is found while collections are opened. */
  readonly onEvent?: EngineListener;
}

/**
 * What runs behind a server and inside a program: collections of documents that learn from their own queries.
 *
 * @example
 * import { loadKernels, openEncoder } from 'chelated';
 * const kernels = await loadKernels();
 * const encoder = await openEncoder('static', { kernels });
 * const engine = await Engine.open({ encoder, kernels });
 * await engine.collection().upsert([{ id: 'a', text: 'a river' }, { id: 'b', text: 'a boundary layer' }]);
 * const { hits } = await engine.collection().search({ query: 'flowing water' }, { k: 1 });
 * hits[0].id; // => 'a'
 * await engine.close();
 */
export class Engine {
  readonly #options: EngineOptions;
  readonly #store: Store;
  readonly #events = new Events();
  readonly #collections = new Map<string, Collection>();

  private constructor(options: EngineOptions, store: Store) {
    this.#options = options;
    this.#store = store;
    if (options.onEvent) this.#events.subscribe(options.onEvent);
  }

  /**
   * Opens every collection of the store, and `config.engine.collection`, which is made when it is not there.
   *
   * @throws {ChelatedError} adapter_wrong_model (a collection of another student), storage_failed, invalid_input
   */
  static async open(options: EngineOptions): Promise<Engine> {
    const store = options.store ?? new MemoryStore();
    const engine = new Engine(options, store);
    try {
      checkSettings(options);
      const names = new Set([config.engine.collection, ...(await store.names())]);
      for (const name of names) await engine.create(name);
    } catch (error) {
      await engine.close().catch(() => {});
      throw error;
    }
    return engine;
  }

  get encoder(): Encoder {
    return this.#options.encoder;
  }

  get kernels(): Kernels {
    return this.#options.kernels;
  }

  get names(): readonly string[] {
    return [...this.#collections.keys()];
  }

  /** @throws {ChelatedError} not_found */
  collection(name: string = config.engine.collection): Collection {
    const collection = this.#collections.get(name);
    if (!collection) throw new ChelatedError('not_found', `no collection ${name}; there are ${this.names.join(', ')}`);
    return collection;
  }

  /** The collection of that name, made when it is not there. @throws {ChelatedError} invalid_input, storage_failed */
  async create(name: string): Promise<Collection> {
    const known = this.#collections.get(name);
    if (known) return known;
    if (!/^[\w.-]{1,128}$/.test(name)) {
      throw new ChelatedError(
        'invalid_input',
        `a collection’s name is made of letters, digits, "_", "." and "-", up to 128; got ${JSON.stringify(name.slice(0, 128))}`,
      );
    }
    const { encoder, kernels, distiller, teacher } = this.#options;
    const identity = { name, student: encoder.id, baseFingerprint: encoder.baseFingerprint, dims: encoder.dims };
    const mode = this.#options.mode ?? (teacher === undefined ? config.mode : 'offline');
    const alpha = checkedAlpha(this.#options.alpha ?? config.alpha, 0);
    const store = await this.#store.open(identity, { mode, alpha, serving: 0, lastGeneration: 0, cycles: 0 });
    const openAdapter = this.#options.openAdapter ?? ((file: Uint8Array) => loadAdapter(file, { encoder, kernels }));
    const collection = await Collection.open({
      encoder,
      kernels,
      store,
      openAdapter,
      distiller: distiller ?? null,
      teacher: teacher ?? null,
      emit: (event) => this.#events.emit({ ...event, collection: name }),
      settings: settingsOf(this.#options),
    });
    this.#collections.set(name, collection);
    return collection;
  }

  /** Removes a collection and everything in it; whether there was one. */
  async drop(name: string): Promise<boolean> {
    const collection = this.#collections.get(name);
    if (!collection) return false;
    if (name === config.engine.collection) {
      throw new ChelatedError('invalid_input', `collection ${name} is always there; delete its documents instead`);
    }
    this.#collections.delete(name);
    await collection.close();
    return this.#store.drop(name);
  }

  /** Hears everything that happens from now on; returns what ends it. */
  subscribe(listener: EngineListener): () => void {
    return this.#events.subscribe(listener);
  }

  /** Ends cycles, writes what is in memory, frees the indexes, closes the distiller and the store. */
  async close(): Promise<void> {
    const closed = await Promise.allSettled([...this.#collections.values()].map((collection) => collection.close()));
    this.#collections.clear();
    await this.#options.distiller?.close();
    await this.#store.close();
    const failed = closed.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }
}

function settingsOf(options: EngineOptions): CollectionSettings {
  const { engine } = config;
  return {
    keep: options.keep ?? engine.keep,
    words: options.words ?? false,
    sampleRate: options.sampleRate ?? engine.sampleRate,
    seed: options.seed ?? config.seed,
    serving: options.serving ?? engine.serving,
    fit: options.fit ?? {},
    teacherMs: options.teacherMs ?? engine.teacherMs,
    fitMs: options.fitMs ?? engine.fitMs,
    cycleEvents: options.cycleEvents ?? 0,
    cycleMs: options.cycleMs ?? 0,
    judged: options.judged ?? [],
  };
}

/** @throws {ChelatedError} invalid_input */
function checkSettings({
  keep = 1,
  sampleRate = 0,
  alpha = 0,
  cycleEvents = 0,
  cycleMs = 0,
  serving,
  teacher,
}: EngineOptions): void {
  const refuse = (message: string) => {
    throw new ChelatedError('invalid_input', message);
  };
  checkedAlpha(alpha, 0);
  if (!Number.isInteger(keep) || keep < 1) refuse(`keep must be a whole number of at least 1, got ${keep}`);
  if (!(sampleRate >= 0 && sampleRate <= 1)) refuse(`sampleRate is a share from 0 to 1, got ${sampleRate}`);
  if (!(cycleEvents >= 0 && cycleMs >= 0))
    refuse(`cycleEvents and cycleMs must be at least 0, got ${cycleEvents} and ${cycleMs}`);
  if ((serving === 'asymmetric' || serving === 'mixed') && teacher === undefined)
    refuse(`${serving} serving searches a teacher’s vectors: give a teacher`);
}
