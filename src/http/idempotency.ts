import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import { sha256 } from '../sha256.ts';
import { HttpError } from './errors.ts';

interface Kept {
  readonly request: string; // hash
  readonly answer: Promise<Response>;
  readonly at: number;
}

/**
 * Lets a client send a request again without its being done again: the answer of the first is given, also while that one is
 * still under way. What failed is forgotten, so that trying again helps. Kept in memory: another process does not know of it.
 */
export class Idempotency {
  readonly #kept = new Map<string, Kept>();

  /** @throws {HttpError} idempotency_mismatch when the key stood before another request; {ChelatedError} invalid_input */
  async once(key: string, request: string, work: () => Promise<Response>): Promise<Response> {
    if (key === '' || key.length > config.http.maxKeyCharacters) {
      throw new ChelatedError(
        'invalid_input',
        `an idempotency key has 1 to ${config.http.maxKeyCharacters} characters`,
      );
    }
    const hash = await sha256(new TextEncoder().encode(request));
    this.#forget();
    const known = this.#kept.get(key);
    if (known && known.request !== hash) {
      throw new HttpError(
        'idempotency_mismatch',
        'this idempotency key was sent with another request; give each its own',
      );
    }
    if (known) return (await known.answer).clone();
    const answer = work();
    this.#kept.set(key, { request: hash, answer, at: Date.now() });
    try {
      return (await answer).clone();
    } catch (error) {
      this.#kept.delete(key);
      throw error;
    }
  }

  #forget(): void {
    const { entries, ms } = config.http.idempotency;
    for (const [key, { at }] of this.#kept) {
      // Oldest first.
      if (this.#kept.size < entries && at > Date.now() - ms) return;
      this.#kept.delete(key);
    }
  }
}
