/** Holds back every request of one encoder for as long as the service asked. */
export class Pace {
  #until = 0;

  hold(milliseconds: number): void {
    this.#until = Math.max(this.#until, Date.now() + milliseconds);
  }

  /** @throws the reason of an aborted `signal` */
  async wait(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    // Another answer may ask for more while this one waits.
    for (let left = this.#until - Date.now(); left > 0; left = this.#until - Date.now()) await pause(left, signal);
  }
}

function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
