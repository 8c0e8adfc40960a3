import type { Adapter, AdapterInput } from '../adapter/adapter.ts';
import { mixDocuments } from '../adapter/mix-documents.ts';
import { ChelatedError } from '../errors.ts';
import { fingerprint } from '../fingerprint.ts';
import type { GrowingRows, Kernels } from '../kernels/kernels.ts';
import { runs } from '../kernels/runs.ts';
import { type Matrix, matrix, pickRows, row, rowsBetween } from '../matrix.ts';
import type { GenerationRecord, Serving, TeacherVectors } from '../store/store.ts';
import type { TokenBags } from '../token-bags.ts';

/** Documents on their way into an index. */
export interface IndexInput {
  readonly rows: readonly number[]; // their numbers in the store, ascending
  readonly vectors: Matrix; // base vectors
  readonly tokens: TokenBags;
  /** Positions of documents whose tokens are not known. */
  readonly untokenized: readonly number[];
  /** What the teacher said of some of them: what asymmetric and mixed serving search. */
  readonly taught: TeacherVectors | null;
}

export interface Found {
  readonly slots: Uint32Array; // (queries, k), best first
  readonly scores: Float32Array;
  readonly k: number;
}

/**
 * One version of everything that must agree: an adapter (none in generation 0), and the index made through it. The adapter
 * never changes; the index follows the documents. It is freed when it has been retired and its last reader has left, so a
 * swap disturbs nobody.
 */
export class Generation {
  readonly number: number;
  readonly fingerprint: string;
  readonly adapter: Adapter | null;
  readonly serving: Serving;
  /** The teacher whose vectors stand for documents or are mixed with them; null in symmetric serving. */
  readonly teacher: string | null;
  readonly dims: number;
  readonly #index: GrowingRows;
  readonly #kernels: Kernels;
  readonly #onFreed: (generation: Generation) => void;
  #readers = 0;
  #retired = false;
  #freed = false;

  private constructor(parts: Parts) {
    const { adapter, kernels } = parts;
    this.number = parts.number;
    this.fingerprint = parts.fingerprint;
    this.adapter = adapter;
    this.serving = parts.serving;
    this.teacher = parts.teacher;
    this.dims = parts.dims;
    this.#index = kernels.growing(parts.dims);
    this.#kernels = kernels;
    this.#onFreed = parts.onFreed;
  }

  /** Generation 0: the base vectors as they are. */
  static unadapted(baseFingerprint: string, dims: number, kernels: Kernels): Generation {
    const common = {
      number: 0,
      fingerprint: baseFingerprint,
      adapter: null,
      serving: 'symmetric',
      teacher: null,
    } as const;
    return new Generation({ ...common, dims, kernels, onFreed: () => {} });
  }

  /** @throws {ChelatedError} adapter_wrong_model; invalid_input (asymmetric or mixed serving without a teacher) */
  static async adapted(
    { number, serving, teacher }: Pick<GenerationRecord, 'number' | 'serving' | 'teacher'>,
    adapter: Adapter,
    baseFingerprint: string,
    kernels: Kernels,
    onFreed: (generation: Generation) => void,
  ): Promise<Generation> {
    const { card } = adapter;
    if (card.baseFingerprint !== baseFingerprint) {
      throw new ChelatedError(
        'adapter_wrong_model',
        `the adapter was fitted for the student with base fingerprint ${card.baseFingerprint}, this one has ${baseFingerprint}; distil it again for this student`,
      );
    }
    if (serving !== 'symmetric' && teacher === null) {
      throw new ChelatedError('invalid_input', `${serving} serving searches a teacher’s vectors: name the teacher`);
    }
    const mark = await adaptedFingerprint(baseFingerprint, adapter, serving);
    return new Generation({ number, fingerprint: mark, adapter, serving, teacher, dims: card.dOut, kernels, onFreed });
  }

  get isFreed(): boolean {
    return this.#freed;
  }

  /** Queries, or whatever is not a document of the index: unit rows in this generation's space, or exactly zero rows. */
  project(input: AdapterInput & { readonly vectors: Matrix }): Matrix | Promise<Matrix> {
    return this.adapter === null ? input.vectors : this.adapter.correct(input);
  }

  /** What the index holds of these documents. @throws {ChelatedError} text_required, and what the adapter throws */
  async projectDocuments({ rows, vectors, tokens, untokenized, taught }: IndexInput): Promise<Matrix> {
    if (this.adapter === null) return vectors;
    if (this.adapter.card.needs !== 'vector' && untokenized.length > 0) throw this.textRequired();
    const corrected = await this.adapter.correct({ vectors, tokens });
    if (this.serving === 'symmetric' || !taught || taught.rows.length === 0) return corrected;
    const at = new Map(rows.map((document, i) => [document, i]));
    const named = Array.from(taught.rows.keys()).filter((i) => at.has(taught.rows[i]!));
    const places = named.map((i) => at.get(taught.rows[i]!)!);
    const aligned = this.adapter.alignTeacher(pickRows(taught.vectors, named));
    const searched =
      this.serving === 'mixed' ? mixDocuments(this.#kernels, pickRows(corrected, places), aligned) : aligned;
    places.forEach((place, j) => {
      row(corrected, place).set(row(searched, j));
    });
    return corrected;
  }

  textRequired(): ChelatedError {
    const { kind, needs } = this.adapter!.card;
    return new ChelatedError(
      'text_required',
      `a ${kind} adapter reads the tokens of the text (needs: ${needs}), got vectors alone; send the texts`,
    );
  }

  /** Row i goes to `slots[i]`. Slots between the last one and a new one are free: found by no search until they are put. */
  put(slots: readonly number[], X: Matrix): void {
    runs(slots, (first, at, length) => {
      const gap = first - this.#index.rows;
      if (gap > 0) this.#index.append(freeSlots(gap, this.dims));
      const known = Math.min(length, this.#index.rows - first);
      this.#index.set(first, rowsBetween(X, at, at + known));
      this.#index.append(rowsBetween(X, at + known, at + length));
    });
  }

  clear(slot: number): void {
    if (slot < this.#index.rows) this.#index.set(slot, freeSlots(1, this.dims));
  }

  /** The best slots, free ones (NaN) last. */
  search(Q: Matrix, k: number): Found {
    const { indices, scores, k: found } = this.#kernels.topK(this.#index, Q, k);
    return { slots: indices, scores, k: found };
  }

  /** The vectors in slots. */
  pick(slots: ArrayLike<number>): Matrix {
    return this.#index.pick(slots);
  }

  /** Keeps this generation alive while `work` runs on it. */
  async read<T>(work: (generation: this) => Promise<T>): Promise<T> {
    this.#readers++;
    try {
      return await work(this);
    } finally {
      this.#readers--;
      if (this.#retired) await this.#freeWhenUnused();
    }
  }

  /** No new reader comes after this. */
  async retire(): Promise<void> {
    this.#retired = true;
    await this.#freeWhenUnused();
  }

  async #freeWhenUnused(): Promise<void> {
    if (this.#readers > 0 || this.#freed) return;
    this.#freed = true;
    this.#onFreed(this);
    this.#index.free();
    await this.adapter?.dispose();
  }
}

const freeSlots = (count: number, dims: number): Matrix =>
  matrix(count, dims, new Float32Array(count * dims).fill(Number.NaN));

interface Parts {
  readonly number: number;
  readonly fingerprint: string;
  readonly adapter: Adapter | null;
  readonly serving: Serving;
  readonly teacher: string | null;
  readonly dims: number;
  readonly kernels: Kernels;
  readonly onFreed: (generation: Generation) => void;
}

/**
 * What a vector made by this student through this adapter is marked with. Another serving is another index, so another mark.
 *
 * @throws {ChelatedError} invalid_input for an adapter that has no file yet, so no hash
 */
export async function adaptedFingerprint(
  baseFingerprint: string,
  { hash }: Pick<Adapter, 'hash'>,
  serving: Serving = 'symmetric',
): Promise<string> {
  if (hash === null) {
    throw new ChelatedError('invalid_input', 'the adapter has no hash: write it with writeAdapter and load that file');
  }
  return serving === 'symmetric' ? fingerprint(baseFingerprint, hash) : fingerprint(baseFingerprint, hash, serving);
}
