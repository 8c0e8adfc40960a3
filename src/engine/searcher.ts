import type { AdapterInput } from '../adapter/adapter.ts';
import { config } from '../config.ts';
import type { Encoder, TextRole } from '../encode/encoder.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { assertFinite, type Matrix, matrix } from '../matrix.ts';
import type { CollectionStore, DocumentFace } from '../store/store.ts';
import type { TokenBags } from '../token-bags.ts';
import { adapterInput } from './adapter-input.ts';
import type { CorrectAnswer, Fallback, Hit, Provenance, SearchAnswer } from './answers.ts';
import type { ChelationLog } from './chelation-log.ts';
import { type Filter, matches } from './filter.ts';
import type { Generation } from './generation.ts';
import type { Generations } from './generations.ts';
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
  /** Heard while texts are encoded. */
  readonly signal?: AbortSignal;
}

export type CorrectInput =
  | { readonly texts: readonly string[]; readonly role?: TextRole; readonly vectors?: never; readonly tokens?: never }
  | { readonly vectors: Matrix; readonly texts?: never; readonly tokens?: never }
  /** Token ids of the student, where it is a table. */
  | { readonly tokens: TokenBags; readonly texts?: never; readonly vectors?: never };

type Input = AdapterInput & { readonly vectors: Matrix };

interface SearcherParts {
  readonly encoder: Encoder;
  readonly kernels: Kernels;
  readonly store: CollectionStore;
  readonly slots: Slots;
  readonly generations: Generations;
  readonly log: ChelationLog;
  readonly onFallback: (fallback: Fallback) => void;
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
    const { k = config.http.k, compare = false, signal } = options;
    if (!Number.isInteger(k) || k < 1) {
      throw new ChelatedError('invalid_input', `k must be a whole number of at least 1, got ${k}`);
    }
    return this.#parts.generations.serving.read(async (generation) => {
      const base =
        input.query === undefined
          ? this.#fromVectors(matrix(1, input.vector.length, input.vector), generation)
          : (await this.#fromTexts([input.query], { role: 'query', signal }, generation)).input;
      if (base.vectors.data.every((x) => x === 0)) {
        throw new ChelatedError('invalid_input', 'the query has no token that the student knows; give it words');
      }
      const { by, vectors, provenance } = await this.#project(generation, base);
      const hits = await this.#hits(by, vectors, k, options.filter, this.#parts.log.look(by));
      if (!compare) return { ...provenance, hits };
      const { zero } = this.#parts.generations;
      const before = await this.#hits(zero, base.vectors, k, options.filter, 0);
      return { ...provenance, hits, before: { fingerprint: zero.fingerprint, generation: 0, hits: before } };
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
    return this.#hits(generation, await generation.project(input), k, undefined, 0);
  }

  /** The input by the generation or, when that fails, as generation 0 has it; and who it was. */
  async #project(
    generation: Generation,
    input: Input,
  ): Promise<{ by: Generation; vectors: Matrix; provenance: Provenance }> {
    const { generations, onFallback } = this.#parts;
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
      onFallback(fallback);
      return said(generations.zero, input.vectors, fallback);
    }
  }

  /**
   * The k best documents that meet the filter, ties by their order of arrival. Scores and documents belong to one moment:
   * when one of them is deleted while its text is read, the search is made again.
   */
  async #hits(
    generation: Generation,
    Q: Matrix,
    k: number,
    filter: Filter | undefined,
    neighbours: number,
  ): Promise<Hit[]> {
    const { slots, store, log } = this.#parts;
    let look = neighbours;
    for (let margin = config.engine.tieMargin; ; margin *= 4) {
      const wanted = Math.max(k + margin, look);
      const found = generation.search(Q, wanted);
      const scores = Array.from(found.scores).filter((score) => !Number.isNaN(score));
      const rows = scores.map((_, i) => slots.rowAt(found.slots[i]!));
      if (look > 0) log.observe(generation, found.slots.subarray(0, Math.min(look, scores.length)));
      look = 0;
      const all = scores.length >= slots.documents || found.k < wanted;
      // Documents as good as the last one may stand beyond it.
      const whole = all ? scores.length : scores.indexOf(scores.at(-1)!);
      const best = Array.from({ length: whole }, (_, i) => ({ row: rows[i]!, score: scores[i]! }));
      best.sort((a, b) => b.score - a.score || a.row - b.row);
      const read = filter === undefined ? best.slice(0, k) : best;
      const faces = await store.byRow(read.map((each) => each.row));
      if (faces.some((face) => face === null)) continue;
      const hits = read
        .map(({ score }, i) => hitOf(faces[i]!, score))
        .filter((hit) => filter === undefined || matches(filter, hit.metadata));
      if (hits.length >= k || all) return hits.slice(0, k);
    }
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
    const { vectors, failed } = encoder.encodeTokens(tokens);
    return { input: { vectors, tokens }, failed };
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
