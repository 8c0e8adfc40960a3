import pRetry from 'p-retry';
import { ChelatedError } from '../../errors.ts';
import { Pace } from './pace.ts';
import { type EmbeddingService, requestEmbeddings } from './request-embeddings.ts';
import { ServiceFailure } from './service-failure.ts';

export type ClientLimits = Readonly<Record<'retries' | 'minWaitMs' | 'maxWaitMs' | 'longestWaitMs', number>>;

/** Requests to one service: sent again when that can help, and no sooner than the service allows. */
export class EmbeddingClient {
  /** The service as a user would call it. */
  readonly name: string;
  readonly #service: EmbeddingService;
  readonly #limits: ClientLimits;
  readonly #pace = new Pace();

  /** @throws {ChelatedError} invalid_input for an address that is none */
  constructor(service: EmbeddingService, limits: ClientLimits) {
    this.#service = service;
    this.#limits = limits;
    if (!URL.canParse(service.baseUrl)) {
      throw new ChelatedError(
        'invalid_input',
        `expected an address like https://api.openai.com/v1, got ${service.baseUrl}`,
      );
    }
    const { origin, pathname, username, password } = new URL(service.baseUrl);
    if (username || password) {
      throw new ChelatedError(
        'invalid_input',
        `address ${origin}${pathname}: a user or password does not belong into it`,
      );
    }
    this.name = `openai:${service.model}@${origin}${pathname === '/' ? '' : pathname}`;
  }

  /** @throws {ServiceFailure} the last one, and the reason of an aborted `signal` */
  async request(texts: readonly string[], dims: number | undefined, signal?: AbortSignal) {
    const { retries, minWaitMs, maxWaitMs, longestWaitMs } = this.#limits;
    return pRetry(
      async () => {
        await this.#pace.wait(signal);
        const { rows, waitMs } = await requestEmbeddings(this.#service, texts, dims, signal);
        // A service that has no more to give for long says so again when it is asked again.
        if (waitMs <= longestWaitMs) this.#pace.hold(waitMs);
        return rows;
      },
      {
        retries,
        minTimeout: minWaitMs,
        maxTimeout: maxWaitMs,
        randomize: true,
        ...(signal && { signal }),
        shouldRetry: ({ error }) => error instanceof ServiceFailure && error.remedy === 'retry',
        onFailedAttempt: ({ error, retriesLeft }) => {
          if (!(error instanceof ServiceFailure) || retriesLeft === 0) return;
          if (error.waitMs > longestWaitMs) {
            const seconds = Math.ceil(error.waitMs / 1000);
            throw new ServiceFailure('none', `it asks to wait ${seconds} s; try again then`, { cause: error });
          }
          this.#pace.hold(error.waitMs);
        },
      },
    );
  }

  /** What a caller is told of a failure. */
  explain(error: unknown): unknown {
    if (!(error instanceof ServiceFailure)) return error;
    return new ChelatedError('backend_failed', `embedding service ${this.name}: ${error.message}`, { cause: error });
  }
}
