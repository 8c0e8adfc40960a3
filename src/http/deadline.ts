import { HttpError } from './errors.ts';

/**
 * The time that a request has. Own code, and not `AbortSignal.any` with `AbortSignal.timeout`: a signal is made, and the client
 * heard, only for work that asks for the signal; of the others most is done before either could matter.
 */
export class Deadline {
  readonly #client: () => AbortSignal;
  readonly #ms: number;
  readonly #waiting = new Set<(reason: unknown) => void>();
  #timer: ReturnType<typeof setTimeout>;
  #stop: AbortController | null = null;
  #over: { readonly reason: unknown } | null = null;

  /** `client` gives the signal that ends with the client. */
  constructor(client: () => AbortSignal, ms: number) {
    this.#client = client;
    this.#ms = ms;
    this.#timer = setTimeout(this.#late, ms);
  }

  /** Ends with the client, or when the time is over. */
  get signal(): AbortSignal {
    if (this.#stop) return this.#stop.signal;
    this.#stop = new AbortController();
    const client = this.#client();
    if (client.aborted) this.#end(client.reason);
    else if (this.#over) this.#stop.abort(this.#over.reason);
    client.addEventListener('abort', this.#gone, { once: true });
    return this.#stop.signal;
  }

  /** The work's own end, or the deadline's, whichever comes first. */
  race<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const leave = (reason: unknown) => {
        this.#waiting.delete(leave);
        reject(reason);
      };
      work.then((value) => {
        this.#waiting.delete(leave);
        resolve(value);
      }, leave);
      if (this.#over) reject(this.#over.reason);
      else this.#waiting.add(leave);
    });
  }

  /** Counts from now on again: for streams, whose parts have a time each. */
  renew(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#late, this.#ms);
  }

  /** Nothing more is waited for. */
  end(): void {
    clearTimeout(this.#timer);
    if (this.#stop) this.#client().removeEventListener('abort', this.#gone);
  }

  readonly #late = () => this.#end(new HttpError('timed_out', `this took longer than ${this.#ms} ms; ask for less`));
  readonly #gone = () => this.#end(this.#client().reason);

  #end(reason: unknown): void {
    this.#over ??= { reason };
    this.#stop?.abort(reason);
    for (const leave of this.#waiting) leave(reason);
  }
}
