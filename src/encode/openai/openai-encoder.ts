import { config } from '../../config.ts';
import { fingerprint } from '../../fingerprint.ts';
import type { Kernels } from '../../kernels/kernels.ts';
import { type Matrix, matrix, pickRows, row } from '../../matrix.ts';
import type { TokenBags } from '../../token-bags.ts';
import { checkTexts } from '../check-texts.ts';
import type { Encoded, EncodeOptions, Encoder, TextRole } from '../encoder.ts';
import { readTokens } from '../read-tokens.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { type ClientLimits, EmbeddingClient } from './embedding-client.ts';
import type { EmbeddingService } from './request-embeddings.ts';
import { ServiceFailure } from './service-failure.ts';
import { splitRequests } from './split-requests.ts';

export interface OpenAiOptions {
  readonly model: string;
  /** With its version; by default OpenAI's own. */
  readonly baseUrl?: string;
  readonly apiKey?: string;
  /** Width asked for, of models that can give several. */
  readonly dimensions?: number;
  readonly encoding?: 'base64' | 'float';
  readonly prompts?: Partial<Record<TextRole, string>>;
  /** Any of `config.openAiEncoder`'s limits. */
  readonly limits?: Partial<Limits>;
}

type Limits = ClientLimits &
  Readonly<Record<'batchTexts' | 'batchCharacters' | 'concurrency' | 'timeoutMs' | 'refusals', number>>;

/**
 * An encoder behind any server that speaks OpenAI's POST /v1/embeddings. Opening it asks for one vector, to know the width.
 *
 * A request that fails for a time (429, 5xx, no answer, an answer that is no answer) is sent again, after what the server
 * asks for or with exponential back-off and jitter. What the service says about one text (400, 413, 422) falls on that text.
 *
 * Unit    rows are scaled to unit length
 * Edge    `failed`: a blank text, a text that the service refuses alone, a vector that is zero or not finite.
 *         Thrown, as `backend_failed`: the attempts are used up; the key, model or address is refused; vectors of another
 *         width; a wait longer than `longestWaitMs`; only refusals and not one vector. Batches done by then were reported
 *         to `onBatch`, so a cache keeps them
 *
 * @throws {ChelatedError} backend_failed; no message holds the key
 */
export async function openAiEncoder(options: OpenAiOptions, tokenizer: Tokenizer, kernels: Kernels): Promise<Encoder> {
  const limits: Limits = { ...config.openAiEncoder, ...options.limits };
  const service: EmbeddingService = {
    baseUrl: (options.baseUrl ?? config.openAiEncoder.baseUrl).replace(/\/+$/, ''),
    model: options.model,
    apiKey: options.apiKey,
    dimensions: options.dimensions,
    encoding: options.encoding ?? 'base64',
    timeoutMs: limits.timeoutMs,
  };
  const prompts = { query: '', document: '', ...options.prompts };
  const client = new EmbeddingClient(service, limits);
  const probe = await client
    .request(['width'], options.dimensions)
    .catch((error: unknown) => Promise.reject(client.explain(error)));
  const dims = probe[0]?.length ?? options.dimensions;
  if (dims === undefined) throw client.explain(new ServiceFailure('none', 'its first vector is not finite'));
  const baseFingerprint = await fingerprint(
    'openai',
    service.baseUrl,
    service.model,
    `${dims}`,
    JSON.stringify(prompts),
  );
  return new OpenAiEncoder({ client, limits, prompts, tokenizer, kernels }, dims, baseFingerprint);
}

interface Parts {
  readonly client: EmbeddingClient;
  readonly limits: Limits;
  readonly prompts: Readonly<Record<TextRole, string>>;
  readonly tokenizer: Tokenizer;
  readonly kernels: Kernels;
}

class OpenAiEncoder implements Encoder {
  readonly id: string;
  readonly dims: number;
  readonly baseFingerprint: string;
  readonly tokenizer: Tokenizer;
  readonly maxTokens = config.openAiEncoder.maxTokens;
  readonly #parts: Parts;

  constructor(parts: Parts, dims: number, baseFingerprint: string) {
    this.id = parts.client.name;
    this.dims = dims;
    this.baseFingerprint = baseFingerprint;
    this.tokenizer = parts.tokenizer;
    this.#parts = parts;
  }

  async encode(texts: readonly string[], options: EncodeOptions): Promise<Encoded> {
    checkTexts(texts);
    options.signal?.throwIfAborted();
    const { client, limits, prompts } = this.#parts;
    const call: Call = {
      inputs: texts.map((text) => (text.trim() === '' ? '' : prompts[options.role] + text)),
      X: matrix(texts.length, this.dims),
      failed: [],
      done: 0,
      stop: new AbortController(),
      options,
    };
    const positions = Array.from(texts.keys());
    this.#finish(
      call,
      positions.filter((i) => call.inputs[i] === ''),
      [],
    );
    const full = positions.filter((i) => call.inputs[i] !== '');
    const queue = splitRequests(call.inputs, full, limits.batchTexts, limits.batchCharacters);
    const work = async () => {
      for (let request = queue.shift(); request; request = queue.shift()) await this.#embed(call, request);
    };
    try {
      await Promise.all(Array.from({ length: limits.concurrency }, work));
    } catch (error) {
      call.stop.abort();
      options.signal?.throwIfAborted();
      throw client.explain(error);
    }
    if (call.refusal && call.failed.length === texts.length) throw client.explain(call.refusal);
    return { vectors: call.X, failed: call.failed.sort((a, b) => a - b) };
  }

  /** One request; in halves when the service refuses it for its texts. */
  async #embed(call: Call, positions: readonly number[]): Promise<void> {
    const { client, limits } = this.#parts;
    const { signal } = call.options;
    const stop = signal ? AbortSignal.any([signal, call.stop.signal]) : call.stop.signal;
    try {
      const inputs = positions.map((i) => call.inputs[i]!);
      this.#finish(call, positions, await client.request(inputs, this.dims, stop));
    } catch (error) {
      if (!(error instanceof ServiceFailure) || error.remedy !== 'split') throw error;
      call.refusal = error;
      if (positions.length > 1) {
        const half = Math.ceil(positions.length / 2);
        await this.#embed(call, positions.slice(0, half));
        await this.#embed(call, positions.slice(half));
        return;
      }
      this.#finish(call, positions, [undefined]);
      if (call.done === call.failed.length && call.failed.length >= limits.refusals) throw error;
    }
  }

  /** Takes in the vectors of some texts; a text without one is failed. */
  #finish(call: Call, positions: readonly number[], rows: readonly (Float32Array | undefined)[]): void {
    if (positions.length === 0) return;
    const raw = matrix(positions.length, this.dims);
    rows.forEach((values, i) => {
      if (values) raw.data.set(values, i * this.dims);
    });
    const unit = this.#parts.kernels.normalize(raw);
    positions.forEach((position, i) => {
      if (row(unit, i).every((x) => x === 0)) call.failed.push(position);
      else call.X.data.set(row(unit, i), position * this.dims);
    });
    call.done += positions.length;
    call.options.onBatch?.(positions, pickRows(call.X, positions));
    call.options.onProgress?.(call.done, call.inputs.length);
  }

  tokenize(texts: readonly string[]): TokenBags {
    return readTokens(texts, this.tokenizer);
  }

  dispose(): void {}
}

/** One call of `encode` under way. */
interface Call {
  readonly inputs: readonly string[];
  readonly X: Matrix;
  readonly failed: number[];
  readonly stop: AbortController;
  readonly options: EncodeOptions;
  done: number;
  refusal?: ServiceFailure;
}
