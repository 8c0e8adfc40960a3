import type { Adapter, AdapterInput } from '../adapter/adapter.ts';
import { config } from '../config.ts';
import type { Encoder, TextRole } from '../encode/encoder.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { assertFinite, type Matrix, matrix } from '../matrix.ts';
import type { TokenBags } from '../token-bags.ts';
import { adapterInput } from './adapter-input.ts';
import type { CorrectAnswer, EngineInfo, Fallback, Hit, Provenance, SearchAnswer } from './answers.ts';
import { Generation } from './generation.ts';

export interface EngineDocument {
  readonly id: string;
  readonly text: string;
}

export interface EngineOptions {
  readonly encoder: Encoder;
  readonly kernels: Kernels;
  readonly documents: readonly EngineDocument[];
  readonly onProgress?: (done: number, total: number) => void;
  /** Called once for each answer that fell back, for the log. */
  readonly onFallback?: (fallback: Fallback) => void;
}

/** A text, or a base vector of the student's width. */
export type SearchInput = { readonly query: string; readonly vector?: never } | VectorInput;
interface VectorInput {
  readonly vector: Float32Array;
  readonly query?: never;
}

export interface SearchOptions {
  readonly k?: number;
  /** Also answer from generation 0. */
  readonly compare?: boolean;
  /** Heard while texts are encoded. */
  readonly signal?: AbortSignal;
}

export type CorrectInput =
  | { readonly texts: readonly string[]; readonly role?: TextRole; readonly vectors?: never }
  | { readonly vectors: Matrix; readonly texts?: never };

type Input = AdapterInput & { readonly vectors: Matrix };

/**
 * Documents, their base vectors and tokens, and the generations that search them: generation 0 is the unadapted
 * student, generation n ≥ 1 an adapter with the index projected through it. One reference says which one serves.
 *
 * When the serving generation fails, generation 0 answers with its own vectors and its own index; the answer says so.
 */
export class Engine {
  readonly #options: EngineOptions;
  readonly #base: Matrix;
  readonly #tokens: TokenBags;
  readonly #zero: Generation;
  #serving: Generation;
  #lastNumber = 0;
  #fallbacks = 0;

  private constructor(options: EngineOptions, base: Matrix, tokens: TokenBags) {
    this.#options = options;
    this.#base = base;
    this.#tokens = tokens;
    this.#zero = Generation.unadapted(options.encoder.baseFingerprint, base, options.kernels);
    this.#serving = this.#zero;
  }

  /** @throws {ChelatedError} shape_mismatch, and what the encoder throws */
  static async create(options: EngineOptions): Promise<Engine> {
    const { encoder, documents, onProgress } = options;
    const texts = documents.map((document) => document.text);
    const ids = documents.map((document) => document.id);
    // Tokens are kept even when no adapter needs them yet: the next one may.
    const { input } = await adapterInput(encoder, texts, 'both', {
      role: 'document',
      ids,
      ...(onProgress && { onProgress }),
    });
    const base = input.vectors;
    if (base.rows !== documents.length || base.dims !== encoder.dims) {
      throw new ChelatedError(
        'shape_mismatch',
        `${documents.length} documents of a ${encoder.dims}-d student need a ${documents.length} × ${encoder.dims} matrix, got ${base.rows} × ${base.dims}`,
      );
    }
    assertFinite(base, 'document vectors');
    return new Engine(options, base, input.tokens!);
  }

  /**
   * Projects the whole index through the adapter, then makes it the serving generation by one reference swap.
   * The engine owns the adapter from here on. Requests in flight end on the generation they began on.
   *
   * @throws {ChelatedError} adapter_wrong_model, invalid_input (an adapter without a file), and what the adapter throws; the serving generation then stays
   */
  async adopt(adapter: Adapter): Promise<void> {
    const { encoder, kernels } = this.#options;
    const documents = { vectors: this.#base, tokens: this.#tokens };
    const number = ++this.#lastNumber;
    const next = await Generation.adapted(number, encoder.baseFingerprint, adapter, documents, kernels);
    await this.#swap(next);
  }

  /** Serves the unadapted student again. */
  async reset(): Promise<void> {
    await this.#swap(this.#zero);
  }

  /**
   * The k documents nearest to a text or to a base vector, by cosine in the serving generation's space.
   *
   * @throws {ChelatedError} invalid_input (no token that the student knows, a zero vector, k < 1), text_required,
   *   shape_mismatch, not_finite, too_large
   */
  async search(
    input: SearchInput,
    { k = config.http.k, compare = false, signal }: SearchOptions = {},
  ): Promise<SearchAnswer> {
    if (!Number.isInteger(k) || k < 1) {
      throw new ChelatedError('invalid_input', `k must be a whole number of at least 1, got ${k}`);
    }
    return this.#serving.read(async (generation) => {
      const base =
        input.query === undefined
          ? this.#fromVectors(matrix(1, input.vector.length, input.vector), generation)
          : (await this.#fromTexts([input.query], { role: 'query', signal }, generation)).input;
      if (base.vectors.data.every((x) => x === 0)) {
        throw new ChelatedError('invalid_input', 'the query has no token that the student knows; give it words');
      }
      const answer = await this.#answer(generation, base, (by, vectors) => this.#hits(by, vectors, k));
      const { value: hits, provenance } = answer;
      if (!compare) return { ...provenance, hits };
      const before = this.#hits(this.#zero, base.vectors, k);
      return { ...provenance, hits, before: { fingerprint: this.#zero.fingerprint, generation: 0, hits: before } };
    });
  }

  /**
   * Texts, or base vectors, to corrected vectors of the serving generation (of generation 0: the base vectors).
   *
   * @throws {ChelatedError} text_required, shape_mismatch, not_finite, invalid_input, too_large
   */
  async correct(input: CorrectInput, { signal }: { readonly signal?: AbortSignal } = {}): Promise<CorrectAnswer> {
    return this.#serving.read(async (generation) => {
      const { input: base, failed } =
        input.texts === undefined
          ? { input: this.#fromVectors(input.vectors, generation), failed: [] }
          : await this.#fromTexts(input.texts, { role: input.role ?? 'query', signal }, generation);
      const { value, provenance } = await this.#answer(generation, base, (_, vectors) => vectors);
      return { ...provenance, baseFingerprint: this.#options.encoder.baseFingerprint, vectors: value, failed };
    });
  }

  info(): EngineInfo {
    const { encoder, kernels, documents } = this.#options;
    const serving = this.#serving;
    return {
      student: encoder.id,
      baseFingerprint: encoder.baseFingerprint,
      fingerprint: serving.fingerprint,
      generation: serving.number,
      mode: modeOf(serving),
      documents: documents.length,
      dims: encoder.dims,
      correctedDims: serving.dims,
      adapter: serving.adapter?.card ?? null,
      fallbacks: this.#fallbacks,
      kernels: kernels.name,
    };
  }

  /** Frees the indexes. The encoder belongs to the caller. */
  async dispose(): Promise<void> {
    if (this.#serving !== this.#zero) await this.#serving.retire();
    await this.#zero.retire();
  }

  async #swap(next: Generation): Promise<void> {
    const previous = this.#serving;
    this.#serving = next;
    if (previous !== this.#zero && previous !== next) await previous.retire();
  }

  /** What `finish` makes of the projected input, by the generation or, when that fails, by generation 0. */
  async #answer<T>(generation: Generation, input: Input, finish: (by: Generation, vectors: Matrix) => T) {
    const said = (by: Generation, fallback: Fallback | null): Provenance => ({
      fingerprint: by.fingerprint,
      generation: by.number,
      mode: modeOf(by),
      fallback,
    });
    try {
      return { value: finish(generation, await generation.project(input)), provenance: said(generation, null) };
    } catch (error) {
      if (generation === this.#zero) throw error;
      const reason = error instanceof ChelatedError ? `${error.code}: ${error.message}` : String(error);
      const fallback: Fallback = { from: generation.number, to: 0, reason };
      this.#fallbacks++;
      this.#options.onFallback?.(fallback);
      return { value: finish(this.#zero, input.vectors), provenance: said(this.#zero, fallback) };
    }
  }

  #hits(generation: Generation, Q: Matrix, k: number): Hit[] {
    const { documents } = this.#options;
    const { indices, scores } = generation.search(Q, k);
    return Array.from(indices, (at, i) => ({ ...documents[at]!, score: scores[i]! }));
  }

  #fromTexts(
    texts: readonly string[],
    { role, signal }: { role: TextRole; signal: AbortSignal | undefined },
    { adapter }: Generation,
  ) {
    const options = { role, ...(signal && { signal }) };
    return adapterInput(this.#options.encoder, texts, adapter?.card.needs ?? 'vector', options);
  }

  #fromVectors(vectors: Matrix, generation: Generation): Input {
    const { encoder, kernels } = this.#options;
    const { adapter } = generation;
    if (adapter && adapter.card.needs !== 'vector') {
      throw new ChelatedError(
        'text_required',
        `a ${adapter.card.kind} adapter reads the tokens of the text (needs: ${adapter.card.needs}), got vectors alone; send the texts`,
      );
    }
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

function modeOf(generation: Generation) {
  return generation.adapter?.card.mode ?? config.mode;
}
