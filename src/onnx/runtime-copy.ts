import { ChelatedError } from '../errors.ts';
import { Mutex } from '../mutex.ts';
import type { DeviceFallback } from './device.ts';
import type { Gpu } from './open-gpu.ts';

export type Runtime = typeof import('onnxruntime-web');

/**
 * onnxruntime as this thread has loaded it, with the GPU that it runs graphs on, where it does.
 *
 * With a GPU, calls run one after the other: it unwinds its stack while it waits, and has only one. A call that fails there
 * may leave that stack broken, so the copy is not called again: it is lost, and so is everything on its GPU.
 */
export class RuntimeCopy {
  readonly runtime: Runtime;
  readonly gpu: Gpu | null;
  readonly #calls = new Mutex();
  readonly #whenLost: Promise<never>;
  #lost: DeviceFallback | null = null;
  #reject: (error: ChelatedError) => void = () => {};

  constructor(runtime: Runtime, gpu: Gpu | null) {
    this.runtime = runtime;
    this.gpu = gpu;
    this.#whenLost = new Promise((_, reject) => {
      this.#reject = reject;
    });
    this.#whenLost.catch(() => {});
    gpu?.device.lost.then(({ reason, message }) => this.lose(message || reason));
    gpu?.device.addEventListener('uncapturederror', ({ error }) => this.lose(error.message));
  }

  /** Why the GPU is gone, null while it is there. */
  get lost(): DeviceFallback | null {
    return this.#lost;
  }

  lose(why: string): void {
    if (this.#lost) return;
    this.#lost = { reason: 'device_lost', message: `the GPU ${this.gpu?.name ?? ''} was lost: ${firstLine(why)}` };
    this.#reject(lostError(this.#lost));
  }

  /**
   * Runs what calls into onnxruntime.
   *
   * @throws {ChelatedError} device_lost when the GPU is gone, or goes meanwhile; and what the action throws
   */
  call<T>(action: () => Promise<T>): Promise<T> {
    if (!this.gpu) return action();
    return this.#calls.run(async () => {
      if (this.#lost) throw lostError(this.#lost);
      try {
        return await Promise.race([action(), this.#whenLost]);
      } finally {
        // Also where the action failed first: the reason is the GPU.
        if (this.#lost) await this.#whenLost;
      }
    });
  }

  /** The same for what computes on the GPU, or reads from it: where that fails, the GPU counts as lost. */
  callGpu<T>(action: () => Promise<T>): Promise<T> {
    return this.call(async () => {
      try {
        return await action();
      } catch (error) {
        if (this.gpu) this.lose((error as Error).message);
        throw error;
      }
    });
  }
}

function lostError({ message }: DeviceFallback): ChelatedError {
  return new ChelatedError('device_lost', `${message}; go on with --device wasm, or start again`);
}

const firstLine = (text: string) => text.trim().split('\n', 1)[0]!;
