import type { Adapter, AdapterInput } from '../adapter/adapter.ts';
import { ChelatedError } from '../errors.ts';
import { fingerprint } from '../fingerprint.ts';
import type { Kernels, Resident } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';

/**
 * One version of everything that must agree: an adapter (none in generation 0), and the index made through it.
 * Immutable. It is freed when it has been retired and its last reader has released it, so a swap disturbs nobody.
 */
export class Generation {
  readonly number: number;
  readonly fingerprint: string;
  readonly adapter: Adapter | null;
  readonly dims: number;
  readonly #index: Resident;
  readonly #kernels: Kernels;
  #readers = 0;
  #retired = false;

  private constructor(number: number, mark: string, adapter: Adapter | null, index: Resident, kernels: Kernels) {
    this.number = number;
    this.fingerprint = mark;
    this.adapter = adapter;
    this.dims = index.dims;
    this.#index = index;
    this.#kernels = kernels;
  }

  /** Generation 0: the base vectors as they are. */
  static unadapted(baseFingerprint: string, base: Matrix, kernels: Kernels): Generation {
    return new Generation(0, baseFingerprint, null, kernels.hold(base), kernels);
  }

  /** The base vectors (and tokens) of the whole index, projected through the adapter. */
  static async adapted(
    number: number,
    baseFingerprint: string,
    adapter: Adapter,
    documents: AdapterInput,
    kernels: Kernels,
  ): Promise<Generation> {
    if (adapter.card.baseFingerprint !== baseFingerprint) {
      throw new ChelatedError(
        'adapter_wrong_model',
        `the adapter was fitted for the student with base fingerprint ${adapter.card.baseFingerprint}, this one has ${baseFingerprint}; distil it again for this student`,
      );
    }
    const mark = await adaptedFingerprint(baseFingerprint, adapter);
    return new Generation(number, mark, adapter, kernels.hold(await adapter.correct(documents)), kernels);
  }

  /** Unit rows in this generation's space, or exactly zero rows. */
  async project(input: AdapterInput & { readonly vectors: Matrix }): Promise<Matrix> {
    return this.adapter === null ? input.vectors : this.adapter.correct(input);
  }

  search(Q: Matrix, k: number) {
    return this.#kernels.topK(this.#index, Q, k);
  }

  /** Keeps this generation alive while `work` runs on it. */
  async read<T>(work: (generation: this) => Promise<T>): Promise<T> {
    this.#readers++;
    try {
      return await work(this);
    } finally {
      this.#readers--;
      await this.#freeWhenUnused();
    }
  }

  /** No new reader comes after this. */
  async retire(): Promise<void> {
    this.#retired = true;
    await this.#freeWhenUnused();
  }

  async #freeWhenUnused(): Promise<void> {
    if (!this.#retired || this.#readers > 0) return;
    this.#index.free();
    await this.adapter?.dispose();
  }
}

/**
 * What a vector made by this student through this adapter is marked with.
 *
 * @throws {ChelatedError} invalid_input for an adapter that has no file yet, so no hash
 */
export async function adaptedFingerprint(baseFingerprint: string, { hash }: Pick<Adapter, 'hash'>): Promise<string> {
  if (hash === null) {
    throw new ChelatedError('invalid_input', 'the adapter has no hash: write it with writeAdapter and load that file');
  }
  return fingerprint(baseFingerprint, hash);
}
