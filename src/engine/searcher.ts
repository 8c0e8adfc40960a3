import type { AdapterInput } from '../adapter/adapter.ts';
import { config } from '../config.ts';
import type { Encoder, TextRole } from '../encode/encoder.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { assertFinite, type Matrix, matrix } from '../matrix.ts';
import type { CollectionStore, DocumentFace, WordHits } from '../store/store.ts';
import type { TokenBags } from '../token-bags.ts';
import { adapterInput } from './adapter-input.ts';
import type { CorrectAnswer, Fallback, FusedBy, Hit, Provenance, SearchAnswer } from './answers.ts';
import type { ChelationLog } from './chelation-log.ts';
import type { CollectionEvent } from './events.ts';
import { type Filter, matches } from './filter.ts';
import { type FusionOptions, type FusionPlan, fused, fusionPlan } from './fusion.ts';
import type { Generation } from './generation.ts';
import type { Generations } from './generations.ts';
import { nearest } from './nearest.ts';
import type { Slots } from './slots.ts';

/** A text, or a base vector of the student's width. */
export type SearchInput = { readonly query: string; readonly vector?: never } | VectorInput;
interface VectorInput {
  readonly vector: Float32Array;
  readonly query?: never;
}

export interface SearchOptions {
  readonly k?: number;
  /** Only documents whose metadata meets it. The rarer they are, the more documents are looked at: at worst all. */
  readonly filter?: Filter;
  /** Also answer from generation 0. */
  readonly compare?: boolean;
  /** Ranks by the words of the query too; where words are not indexed that is refused. `{}` is the default fusion. */
  readonly fusion?: FusionOptions;
  /** Heard while texts are encoded. */
  readonly signal?: AbortSignal;
}

export type CorrectInput =
  | { readonly texts: readonly string[]; readonly role?: TextRole; readonly vectors?: never; readonly tokens?: never }
  | { readonly vectors: Matrix; readonly texts?: never; readonly tokens?: never }
  /** Token ids of the student, where it is a table, as they were counted: `tokenBags` of lists, not what `tokenize` gives. */
  | { readonly tokens: TokenBags; readonly texts?: never; readonly vectors?: never };

/** What is to be found. */
interface Asked {
  readonly k: number;
  readonly filter: Filter | undefined;
  readonly fusion: (FusionPlan & { words(limit: number): Promise<WordHits> }) | null;
  /** How many neighbours the collapse detector should see. */
  readonly neighbours?: number;
}

type Input = AdapterInput & { readonly vectors: Matrix };

interface SearcherParts {
  readonly encoder: Encoder;
  readonly kernels: Kernels;
  readonly store: CollectionStore;
  readonly slots: Slots;
  readonly generations: Generations;
  readonly log: ChelationLog;
  readonly emit: (event: CollectionEvent) => void;
}

/**
 * Answers queries from the serving generation. When that fails, generation 0 answers with its own vectors and its own index,
 * and the answer says so.
 */
export class Searcher {
  readonly #parts: SearcherParts;
  answers = 0;
  fallbacks = 0;

  constructor(parts: SearcherParts) {
    this.#parts = parts;
  }

  async search(input: SearchInput, options: SearchOptions = {}): Promise<SearchAnswer> {
    const { k = config.http.k, compare = false, filter, signal } = options;
    if (!Number.isInteger(k) || k < 1) {
      throw new ChelatedError('invalid_input', `k must be a whole number of at least 1, got ${k}`);
    }
    const fusion = options.fusion ? fusionPlan(input.query, options.fusion) : null;
    const words = (query: string) => remembered((limit: number) => this.#parts.store.searchWords(query, limit));
    const asked: Asked = { k, filter, fusion: fusion && { ...fusion, words: words(fusion.query) } };
    return this.#parts.generations.serving.read(async (generation) => {
      const base =
        input.query === undefined
          ? this.#fromVectors(matrix(1, input.vector.length, input.vector), generation)
          : (await this.#fromTexts([input.query], { role: 'query', signal }, generation)).input;
      if (base.vectors.data.every((x) => x === 0)) {
        throw new ChelatedError('invalid_input', 'the query has no token that the student knows; give it words');
      }
      const { by, vectors, provenance } = await this.#project(generation, base);
      const { hits, words } = await this.#find(by, vectors, { ...asked, neighbours: this.#parts.log.look(by) });
      const answer = { ...provenance, hits, fusion: fusion && this.#fusedBy(fusion, words) };
      if (!compare) return answer;
      const { zero } = this.#parts.generations;
      const before = await this.#find(zero, base.vectors, asked);
      return { ...answer, before: { fingerprint: zero.fingerprint, generation: 0, hits: before.hits } };
    });
  }

  correct(input: CorrectInput, { signal }: { readonly signal?: AbortSignal } = {}): Promise<CorrectAnswer> {
    return this.#parts.generations.serving.read(async (generation) => {
      const { input: base, failed } = input.vectors
        ? { input: this.#fromVectors(input.vectors, generation), failed: [] }
        : input.tokens
          ? this.#fromTokens(input.tokens)
          : await this.#fromTexts(input.texts, { role: input.role ?? 'query', signal }, generation);
      const { vectors, provenance } = await this.#project(generation, base);
      return { ...provenance, baseFingerprint: this.#parts.encoder.baseFingerprint, vectors, failed };
    });
  }

  /** The k best of one generation, whichever serves; nothing is looked at for the log. */
  async searchOn(generation: Generation, query: string, k: number): Promise<Hit[]> {
    const { input } = await this.#fromTexts([query], { role: 'query', signal: undefined }, generation);
    const asked: Asked = { k, filter: undefined, fusion: null };
    return (await this.#find(generation, await generation.project(input), asked)).hits;
  }

  /** The input by the generation or, when that fails, as generation 0 has it; and who it was. */
  async #project(
    generation: Generation,
    input: Input,
  ): Promise<{ by: Generation; vectors: Matrix; provenance: Provenance }> {
    const { generations, emit } = this.#parts;
    const { mode } = generations.state;
    const said = (by: Generation, vectors: Matrix, fallback: Fallback | null) => ({
      by,
      vectors,
      provenance: { fingerprint: by.fingerprint, generation: by.number, mode, fallback },
    });
    this.answers++;
    try {
      return said(generation, await generation.project(input), null);
    } catch (error) {
      if (generation.number === 0) throw error;
      const reason = error instanceof ChelatedError ? `${error.code}: ${error.message}` : String(error);
      const fallback: Fallback = { from: generation.number, to: 0, reason };
      this.fallbacks++;
      emit({ type: 'fallback', ...fallback });
      return said(generations.zero, input.vectors, fallback);
    }
  }

  /**
   * The k best documents that meet the filter, and how many of them were found by words. Scores and documents belong to one
   * moment: when one of them is deleted while its text is read, the search is made again.
   */
  async #find(generation: Generation, Q: Matrix, asked: Asked): Promise<{ hits: Hit[]; words: number }> {
    const { slots, store, log } = this.#parts;
    const { k, filter, fusion } = asked;
    let look = asked.neighbours ?? 0;
    for (let n = filter === undefined ? k : k + config.engine.tieMargin; ; n *= 4) {
      const depth = fusion ? Math.max(n, config.fusion.depth) : n;
      const words = fusion && (await fusion.words(depth));
      const near = nearest(generation, slots, Q, Math.max(depth, look));
      if (look > 0) {
        const found = near.best.slice(0, look).map(({ slot }) => slot);
        log.observe(generation, Uint32Array.from(found));
      }
      look = 0;
      const { best, all } = fusion && words ? fused(near, words, fusion, depth) : near;
      const read = best.slice(0, filter === undefined ? k : n);
      const faces = await store.byRow(read.map((each) => each.row));
      if (faces.some((face) => face === null)) continue;
      const hits = read
        .map(({ score }, i) => hitOf(faces[i]!, score))
        .filter((hit) => filter === undefined || matches(filter, hit.metadata));
      const isLast = all && read.length === best.length;
      if (hits.length >= k || isLast) return { hits: hits.slice(0, k), words: words?.rows.length ?? 0 };
    }
  }

  /** What the answer says of a fusion. Where no word was found the vectors alone have ranked, and that is told. */
  #fusedBy({ method, weights }: FusionPlan, words: number): FusedBy {
    const fallback = words > 0 ? null : 'no document has a word of the query: the vectors alone answered';
    if (fallback !== null) this.#parts.emit({ type: 'fusion-fallback', reason: fallback });
    return { method, weights, words, fallback };
  }

  #fromTexts(
    texts: readonly string[],
    { role, signal }: { role: TextRole; signal: AbortSignal | undefined },
    { adapter }: Generation,
  ) {
    const options = { role, ...(signal && { signal }) };
    return adapterInput(this.#parts.encoder, texts, adapter?.card.needs ?? 'vector', options);
  }

  #fromTokens(tokens: TokenBags): { input: Input; failed: readonly number[] } {
    const { encoder } = this.#parts;
    if (!encoder.encodeTokens) {
      throw new ChelatedError('not_supported', `the student ${encoder.id} is no table: it takes texts, not token ids`);
    }
    const { vectors, failed, tokens: weighed = tokens } = encoder.encodeTokens(tokens);
    return { input: { vectors, tokens: weighed }, failed };
  }

  #fromVectors(vectors: Matrix, generation: Generation): Input {
    const { encoder, kernels } = this.#parts;
    if (generation.adapter && generation.adapter.card.needs !== 'vector') throw generation.textRequired();
    if (vectors.dims !== encoder.dims) {
      throw new ChelatedError(
        'shape_mismatch',
        `the student ${encoder.id} has d=${encoder.dims}, got vectors of d=${vectors.dims}; send vectors of this student`,
      );
    }
    assertFinite(vectors, 'vectors');
    return { vectors: kernels.normalize(vectors) };
  }
}

const hitOf = ({ id, text, metadata }: DocumentFace, score: number): Hit => ({ id, score, text, metadata });

/** The same answer for the same number, asked for once: words are searched once for before and after. */
function remembered<T>(ask: (limit: number) => Promise<T>): (limit: number) => Promise<T> {
  const known = new Map<number, Promise<T>>();
  return (limit) => {
    const answer = known.get(limit) ?? ask(limit);
    known.set(limit, answer);
    return answer;
  };
}
