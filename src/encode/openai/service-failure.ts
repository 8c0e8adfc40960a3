/** What can be done about a request that failed: send it again, leave texts out, or nothing. */
export type Remedy = 'retry' | 'split' | 'none';

/** One request to an embedding service that failed. */
export class ServiceFailure extends Error {
  override readonly name = 'ServiceFailure';
  readonly remedy: Remedy;
  /** Milliseconds that the service asks to be left alone for. */
  readonly waitMs: number;

  constructor(remedy: Remedy, message: string, options: { waitMs?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.remedy = remedy;
    this.waitMs = options.waitMs ?? 0;
  }
}
