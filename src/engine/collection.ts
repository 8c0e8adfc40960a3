import type { Adapter } from '../adapter/adapter.ts';
import { config } from '../config.ts';
import type { AlphaSchedule } from '../distil/alpha-schedule.ts';
import type { Encoder } from '../encode/encoder.ts';
import { ChelatedError, type ErrorCode } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { Mutex } from '../mutex.ts';
import { batchNumbers } from '../store/document-batch.ts';
import {
  type CollectionStore,
  type DocumentFace,
  type HistoryEntry,
  type Mode,
  modes,
  type Serving,
} from '../store/store.ts';
import { alphaOf, checkedAlpha } from './alpha-of.ts';
import type { CollectionInfo, CorrectAnswer, GenerationInfo, SearchAnswer } from './answers.ts';
import { ChelationLog } from './chelation-log.ts';
import { Cycles, type SedimentOptions } from './cycles.ts';
import type { Distiller, FitOptions } from './distiller.ts';
import type { CollectionEvent } from './events.ts';
import type { Generation } from './generation.ts';
import { Generations } from './generations.ts';
import type { Job } from './job.ts';
import { type JudgedQuery, judgeGeneration } from './judged-query.ts';
import { type MonitorFigures, monitor } from './monitor.ts';
import { type DocumentInput, prepareDocuments } from './prepare-documents.ts';
import { type CorrectInput, Searcher, type SearchInput, type SearchOptions } from './searcher.ts';
import type { AskedServing } from './serving-of.ts';
import { Slots } from './slots.ts';

/** What a collection is made of; the engine fills it in. */
export interface CollectionParts {
  readonly encoder: Encoder;
  readonly kernels: Kernels;
  readonly store: CollectionStore;
  readonly openAdapter: (file: Uint8Array) => Promise<Adapter>;
  /** Null where this server cannot learn. */
  readonly distiller: Distiller | null;
  readonly teacher: string | null;
  readonly emit: (event: CollectionEvent) => void;
  readonly settings: CollectionSettings;
}

export interface CollectionSettings {
  readonly keep: number;
  /** Indexes words, so that searches may be fused; otherwise that stays as it is. */
  readonly words: boolean;
  readonly sampleRate: number;
  readonly seed: number;
  /** How cycles let their documents be searched. */
  readonly serving: AskedServing;
  readonly fit: Omit<FitOptions, 'mode' | 'alpha'>;
  readonly teacherMs: number;
  readonly fitMs: number;
  /** A cycle begins by itself after so many new collapse events, and so many milliseconds after the last one; 0: never. */
  readonly cycleEvents: number;
  readonly cycleMs: number;
  /** Queries with judgements: the monitor watches their nDCG. */
  readonly judged: readonly JudgedQuery[];
}

export interface DocumentResult {
  readonly id: string;
  readonly status: 'created' | 'replaced' | 'refused';
  readonly error?: { readonly code: ErrorCode; readonly message: string };
}

/** Documents, the generations that search them, and the cycles that make new ones. */
export class Collection {
  readonly #parts: CollectionParts;
  readonly #slots: Slots;
  readonly #writes: Mutex;
  readonly #generations: Generations;
  readonly #log: ChelationLog;
  readonly #searcher: Searcher;
  readonly #cycles: Cycles;
  #words = false;
  #closed = false;

  private constructor(parts: CollectionParts, slots: Slots, writes: Mutex, generations: Generations) {
    this.#parts = parts;
    this.#slots = slots;
    this.#writes = writes;
    this.#generations = generations;
    const { store, kernels, encoder, settings, emit } = parts;
    const { sampleRate: rate, seed } = settings;
    const watched = (event: CollectionEvent) => {
      emit(event);
      if (event.type === 'collapse') this.#cycles.onCollapse();
    };
    this.#log = new ChelationLog({ store, kernels, slots, rate, seed, emit: watched });
    this.#searcher = new Searcher({ encoder, kernels, store, slots, generations, log: this.#log, emit });
    const retaught = (of: string, rows: readonly number[]) => writes.run(() => generations.retaught(of, rows));
    const measure = (now: Generation, before: Generation) => this.#measure(now, before);
    this.#cycles = new Cycles({ ...parts, generations, log: this.#log, retaught, monitor: measure });
  }

  /** @throws {ChelatedError} storage_failed */
  static async open(parts: CollectionParts): Promise<Collection> {
    const [slots, writes] = [new Slots(), new Mutex()];
    const { store, kernels, openAdapter, settings, emit } = parts;
    const generations = await Generations.load({
      store,
      kernels,
      slots,
      writes,
      openAdapter,
      keep: settings.keep,
      emit,
    });
    const collection = new Collection(parts, slots, writes, generations);
    if (settings.words) await collection.indexWords();
    else collection.#words = await store.hasWords();
    return collection;
  }

  get name(): string {
    return this.#parts.store.identity.name;
  }

  /**
   * Adds documents, or replaces those whose id is there. A document that cannot be used is refused by itself. When the call
   * resolves, what was not refused is on disk and found by every generation.
   *
   * @throws {ChelatedError} storage_failed, backend_failed: then nothing was written
   */
  async upsert(
    inputs: readonly DocumentInput[],
    options: { readonly signal?: AbortSignal; readonly onProgress?: (done: number, total: number) => void } = {},
  ): Promise<DocumentResult[]> {
    const { encoder, kernels, store, teacher, emit } = this.#parts;
    const prepared = await prepareDocuments(encoder, kernels, inputs, options);
    const results: DocumentResult[] = [];
    for (const { at, error } of prepared.refused) results[at] = refusedResult(inputs[at]!.id, error);
    await this.#write(async () => {
      const needy = this.#generations.needsTokens;
      const taken = prepared.documents.map((document, i) => ({ document, at: prepared.positions[i]! }));
      const upserts = taken.filter(({ document, at }) => {
        if (!needy || document.tokens !== null) return true;
        results[at] = refusedResult(document.id, needy.textRequired());
        return false;
      });
      if (upserts.length === 0) return;
      const documents = upserts.map(({ document }) => document);
      const projections = await this.#generations.projectForAll(batchNumbers(encoder.dims, documents));
      const written = await store.write({ upserts: documents, deletes: [] });
      upserts.forEach(({ at, document }, i) => {
        results[at] = { id: document.id, status: this.#slots.has(written.rows[i]!) ? 'replaced' : 'created' };
      });
      this.#generations.apply(written, projections);
      // A document that came again as it was still has its teacher's vector.
      if (teacher !== null) await this.#generations.retaught(teacher, written.rows);
    });
    const count = (status: DocumentResult['status']) => results.filter((result) => result.status === status).length;
    emit({ type: 'written', created: count('created'), replaced: count('replaced'), refused: count('refused') });
    return results;
  }

  /** Deletes documents from every generation, from the log and from what the teacher said. Ids that nobody has are ignored; how many were there. */
  async delete(ids: readonly string[]): Promise<number> {
    const written = await this.#write(async () => {
      const done = await this.#parts.store.write({ upserts: [], deletes: ids });
      this.#generations.apply(done, []);
      return done;
    });
    this.#parts.emit({ type: 'deleted', documents: written.deleted.length });
    return written.deleted.length;
  }

  /**
   * Indexes the words of all texts, so that searches may be fused, and keeps the index from then on. Searches and writes go
   * on meanwhile; one that is cut short goes on where it was.
   *
   * @throws {ChelatedError} storage_failed
   */
  async indexWords(): Promise<void> {
    await this.#parts.store.indexWords();
    this.#words = true;
  }

  /** Documents by id, null where there is none. */
  get(ids: readonly string[]): Promise<(DocumentFace | null)[]> {
    return this.#parts.store.byId(ids);
  }

  /**
   * The k documents nearest to a text or to a base vector, by cosine in the serving generation's space. With `fusion` the
   * ranking is that of cosine and BM25 together: each over its `config.fusion.depth` best documents (more where a filter
   * asks for more), as `fuse` puts them together; with `compare` before and after alike.
   *
   * @throws {ChelatedError} invalid_input (no token that the student knows, a zero vector, k < 1), text_required (also for a
   *   fusion of a vector), not_supported (a fusion where words are not indexed), shape_mismatch, not_finite, too_large
   * @example
   * import { Engine, loadKernels, openEncoder } from 'chelated';
   * const kernels = await loadKernels();
   * const encoder = await openEncoder('static', { kernels });
   * const engine = await Engine.open({ encoder, kernels, words: true });
   * const texts = ['a bird of the river', 'the kakapo', 'a boundary layer'];
   * await engine.collection().upsert(texts.map((text, i) => ({ id: `d${i}`, text })));
   * const { hits, fusion } = await engine.collection().search({ query: 'where do kakapos live?' }, { fusion: {} });
   * [hits[0].id, fusion.words]; // => ['d1', 1]
   * await engine.close();
   */
  search(input: SearchInput, options: SearchOptions = {}): Promise<SearchAnswer> {
    return this.#searcher.search(input, options);
  }

  /**
   * Texts, or base vectors, to corrected vectors of the serving generation (of generation 0: the base vectors).
   *
   * @throws {ChelatedError} text_required, shape_mismatch, not_finite, invalid_input, too_large
   */
  correct(input: CorrectInput, options: { readonly signal?: AbortSignal } = {}): Promise<CorrectAnswer> {
    return this.#searcher.correct(input, options);
  }

  /**
   * Changes mode and α, at once and for good: a teacher weight for every cycle, or a curriculum that begins with the next
   * one. Mode off lets the student answer; any other lets the promoted generation.
   *
   * @throws {ChelatedError} invalid_input
   * @example
   * import { Engine, loadKernels, openEncoder } from 'chelated';
   * const kernels = await loadKernels();
   * const engine = await Engine.open({ encoder: await openEncoder('static', { kernels }), kernels });
   * await engine.collection().setMode('hybrid', { from: 0.9, to: 0.1, cycles: 20, shape: 'cosine' });
   * engine.collection().info().alpha; // => 0.9
   * await engine.close();
   */
  async setMode(mode: Mode, asked?: number | AlphaSchedule): Promise<void> {
    if (!modes.includes(mode))
      throw new ChelatedError('invalid_input', `mode must be one of ${modes.join(', ')}; got ${mode}`);
    const { mode: from, alpha: standing, cycles } = this.#generations.state;
    const alpha = asked === undefined ? standing : checkedAlpha(asked, this.#cycles.running?.cycle ?? cycles);
    await this.#generations.changeState({ mode, alpha }, [
      { at: Date.now(), kind: 'mode', detail: { from, mode, alpha } },
    ]);
    this.#parts.emit({ type: 'mode', mode, alpha: this.info().alpha });
  }

  /**
   * Makes a generation of an adapter file and lets it serve; what serves until then goes on until every document is in the
   * new one's index.
   *
   * @throws {ChelatedError} adapter_corrupt, adapter_version, adapter_wrong_model, text_required (documents without tokens)
   */
  async adopt(
    file: Uint8Array,
    { serving = 'symmetric' as Serving, reason = 'brought by hand' } = {},
  ): Promise<number> {
    const teacher = serving === 'symmetric' ? null : this.#parts.teacher;
    const { number } = await this.#generations.add(
      { adapter: file, serving, teacher, createdAt: Date.now(), cycle: null },
      reason,
    );
    return number;
  }

  /** Lets a kept generation serve; 0 is the student. @throws {ChelatedError} not_found */
  async promote(number: number, reason = 'promoted by hand'): Promise<void> {
    await this.#generations.promote(number, reason);
  }

  /** Lets what served before serve again, and says which that is. */
  rollback(reason = 'rolled back by hand'): Promise<number> {
    return this.#generations.rollback(reason);
  }

  /** Begins a cycle off the request path; the one that is under way already, if there is one. */
  sediment(options: SedimentOptions = {}): Job {
    return this.#cycles.sediment(options);
  }

  /** A cycle of this process by its id. @throws {ChelatedError} not_found */
  job(id: string): Job {
    return this.#cycles.job(id);
  }

  /** Cycles of this process, oldest first. */
  get jobs(): readonly Job[] {
    return this.#cycles.jobs;
  }

  /** Measures what serves beside what served before, and rolls back what is clearly worse. Null when another was swapped in meanwhile. */
  async check(): Promise<MonitorFigures | null> {
    const now = this.#generations.promoted;
    const before = await this.#generations.built(await this.#generations.before());
    const figures = await this.#measure(now, before);
    if (figures?.drop && now === this.#generations.promoted && now.number !== 0) {
      await this.#generations.rollback(figures.drop);
    }
    return figures;
  }

  async generations(): Promise<GenerationInfo[]> {
    const { serving } = this.#generations;
    const infos = await Promise.all(
      this.#generations.records.map(async (record): Promise<GenerationInfo> => {
        const generation = await this.#generations.built(record.number).catch(() => null);
        return {
          number: record.number,
          serving: record.number === serving.number,
          fingerprint: generation?.fingerprint ?? null,
          served: record.serving,
          createdAt: record.createdAt,
          cycle: record.cycle,
          adapter: generation?.adapter?.card ?? null,
        };
      }),
    );
    const { zero } = this.#generations;
    const student = {
      number: 0,
      serving: serving.number === 0,
      fingerprint: zero.fingerprint,
      served: 'symmetric' as const,
    };
    return [{ ...student, createdAt: null, cycle: null, adapter: null }, ...infos];
  }

  /** The adapter file of a kept generation. @throws {ChelatedError} not_found */
  adapterFile(number: number): Uint8Array {
    const record = this.#generations.records.find((each) => each.number === number);
    if (!record) throw new ChelatedError('not_found', `generation ${number} has no adapter file here`);
    return record.adapter;
  }

  history(limit: number = config.engine.historyEntries): Promise<HistoryEntry[]> {
    return this.#parts.store.history(limit);
  }

  /** Collapse events that are kept, newest last, as document ids; at most `limit`. */
  async chelationLog(limit: number): Promise<string[][]> {
    await this.#log.flush();
    const events = (await this.#parts.store.events()).slice(-limit);
    const rows = [...new Set(events.flatMap((event) => Array.from(event)))];
    const faces = await this.#parts.store.byRow(rows);
    const ids = new Map(rows.map((row, i) => [row, faces[i]?.id]));
    return events.map((event) => Array.from(event).flatMap((row) => ids.get(row) ?? []));
  }

  info(): CollectionInfo {
    const { encoder, kernels, store } = this.#parts;
    const { serving, state } = this.#generations;
    return {
      collection: store.identity.name,
      student: encoder.id,
      baseFingerprint: encoder.baseFingerprint,
      fingerprint: serving.fingerprint,
      generation: serving.number,
      mode: state.mode,
      alpha: alphaOf(state, state.cycles + 1),
      curriculum: typeof state.alpha === 'number' ? null : state.alpha,
      cycles: state.cycles,
      documents: this.#slots.documents,
      dims: encoder.dims,
      correctedDims: serving.dims,
      words: this.#words,
      adapter: serving.adapter?.card ?? null,
      answers: this.#searcher.answers,
      fallbacks: this.#searcher.fallbacks,
      sampled: this.#log.sampled,
      collapsed: this.#log.collapsed,
      kernels: kernels.name,
    };
  }

  /** Ends cycles, writes the log, frees the indexes. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#cycles.close();
    await this.#writes.run(async () => {});
    await this.#log.flush();
    await this.#generations.dispose();
  }

  #write<T>(work: () => Promise<T>): Promise<T> {
    return this.#writes.run(() => {
      if (this.#closed) throw new ChelatedError('invalid_input', `collection ${this.name} was closed`);
      return work();
    });
  }

  async #measure(now: Generation, before: Generation): Promise<MonitorFigures | null> {
    if (now.isFreed || before.isFreed) return null;
    const { store, kernels, teacher, settings, emit } = this.#parts;
    const judge =
      settings.judged.length > 0
        ? (generation: Generation) => judgeGeneration(this.#searcher, generation, settings.judged)
        : null;
    const input = { store, kernels, slots: this.#slots, teacher, seed: settings.seed, judge };
    const figures = await now.read(() => before.read(() => monitor(input, now, before)));
    emit({ type: 'monitor', ...figures });
    return figures;
  }
}

function refusedResult(id: string, { code, message }: ChelatedError): DocumentResult {
  return { id, status: 'refused', error: { code, message } };
}
