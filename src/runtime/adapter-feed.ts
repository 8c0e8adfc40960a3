import { config } from '../config.ts';
import type { Collection } from '../engine/collection.ts';
import { ChelatedError } from '../errors.ts';
import { sha256 } from '../sha256.ts';

export interface AdapterFeedOptions {
  readonly url: string;
  /** SHA-256 of the file as 64 hex digits: another one is refused. Without it the file's own seal is what is checked. */
  readonly sha256?: string | undefined;
  readonly collection: Pick<Collection, 'adopt'>;
  /** Milliseconds between two looks. Default `config.edge.refreshMs`. */
  readonly refreshMs?: number;
  /** Told of every look that failed; the adapter that serves goes on. */
  readonly onFault?: ((error: unknown) => void) | undefined;
  readonly fetch?: typeof fetch;
}

/**
 * Keeps a server that has no disk on the newest adapter of an address: fetches it, checks seal, hash and fingerprint, and swaps
 * it in while requests are answered. What cannot be fetched or is not right is reported, and the last good one serves on.
 */
export class AdapterFeed {
  readonly #options: AdapterFeedOptions;
  #etag: string | null = null;
  #hash: string | null = null;
  #looked = Number.NEGATIVE_INFINITY;
  #looking: Promise<boolean> | null = null;

  constructor(options: AdapterFeedOptions) {
    this.#options = options;
  }

  /** Whether it is time to look again. */
  get due(): boolean {
    const { refreshMs = config.edge.refreshMs } = this.#options;
    return this.#looking === null && Date.now() - this.#looked >= refreshMs;
  }

  /** Looks once, and says whether another adapter serves now. Never rejects. Who comes meanwhile waits for the same look. */
  refresh(): Promise<boolean> {
    this.#looking ??= this.#look()
      .catch((error: unknown) => {
        this.#options.onFault?.(error);
        return false;
      })
      .finally(() => {
        this.#looking = null;
        this.#looked = Date.now();
      });
    return this.#looking;
  }

  /** @throws {ChelatedError} backend_failed, too_large, adapter_corrupt, adapter_version, adapter_wrong_model */
  async #look(): Promise<boolean> {
    const { url, collection, sha256: expected } = this.#options;
    const file = await this.#fetch();
    if (file === null) return false;
    const hash = await sha256(file.bytes);
    if (expected !== undefined && hash !== expected.toLowerCase()) {
      const message = `${url}: its SHA-256 is ${hash}, expected ${expected}; publish that file, or change what is expected`;
      throw new ChelatedError('adapter_corrupt', message);
    }
    if (hash !== this.#hash) await collection.adopt(file.bytes, { reason: `fetched from ${new URL(url).origin}` });
    const swapped = hash !== this.#hash;
    // Only what was taken need not be sent again.
    [this.#hash, this.#etag] = [hash, file.etag];
    return swapped;
  }

  /** The file, null when it is the one that is known. */
  async #fetch(): Promise<{ bytes: Uint8Array<ArrayBuffer>; etag: string | null } | null> {
    const { url, fetch: ask = fetch } = this.#options;
    const { fetchMs, maxAdapterBytes } = config.edge;
    const headers: Record<string, string> = this.#etag === null ? {} : { 'if-none-match': this.#etag };
    const failed = (why: string, cause?: unknown) =>
      new ChelatedError('backend_failed', `cannot fetch the adapter from ${url}: ${why}`, { cause });
    const response = await ask(url, { headers, signal: AbortSignal.timeout(fetchMs) }).catch((cause: unknown) => {
      throw failed(String(cause), cause);
    });
    if (response.status === 304) {
      await response.body?.cancel();
      return null;
    }
    if (!response.ok) throw failed(`HTTP ${response.status}`);
    if (Number(response.headers.get('content-length') ?? 0) > maxAdapterBytes) {
      await response.body?.cancel();
      throw new ChelatedError('too_large', `the adapter at ${url} has more than ${maxAdapterBytes} bytes`);
    }
    const bytes = new Uint8Array(await response.arrayBuffer());
    return { bytes, etag: response.headers.get('etag') };
  }
}
