import { config } from '../../config.ts';
import { ChelatedError } from '../../errors.ts';
import type { KernelExports } from '../abi.ts';
import type { LaneKernel, Lanes } from '../lanes.ts';
import { Calls } from './calls.ts';
import type { StartThread, Thread } from './start-thread.ts';

export interface CrewOptions {
  readonly module: WebAssembly.Module;
  readonly exports: KernelExports;
  /** Threads in all, the one that asks included. */
  readonly count: number;
  readonly start: StartThread;
  /** Told once for each thread that did not start or ended by itself. */
  readonly onFailure: (why: string) => void;
  /** Milliseconds without one call done after which a thread counts as lost. Default `config.kernels.threads.lostMs`. */
  readonly lostMs?: number;
}

/**
 * Threads on the memory of one instance, started when they are first asked for. Who asks takes part, so a thread that is not
 * there yet, or never comes, costs time and nothing else.
 */
export class Crew implements Lanes {
  readonly count: number;
  readonly #options: CrewOptions;
  readonly #calls = new Calls();
  #threads: readonly Thread[] | null = null;
  #traps = 0;
  #state: 'open' | 'closed' | 'lost' = 'open';

  constructor(options: CrewOptions) {
    this.#options = options;
    this.count = options.count;
  }

  /**
   * Whether there is anyone to share with now. Starts the threads when first asked.
   *
   * @throws {ChelatedError} backend_failed after a thread was lost
   */
  get ready(): boolean {
    if (this.#state === 'lost') throw lost();
    if (this.#state === 'open') this.#threads ??= this.#start();
    return this.#state === 'open' && this.#calls.ready > 0;
  }

  add(name: LaneKernel, parameters: readonly number[], each: readonly number[] = []): void {
    if (this.#calls.full) this.finish();
    this.#calls.add(name, parameters, each);
  }

  /** @throws {ChelatedError} backend_failed when a kernel trapped, or a thread that took a call did not come back */
  finish(): void {
    const { exports, lostMs = config.kernels.threads.lostMs } = this.#options;
    this.#calls.make(exports, 0);
    if (!this.#calls.wait(lostMs)) {
      this.close();
      this.#state = 'lost'; // and may yet write where others would
      throw lost();
    }
    if (this.#calls.traps !== this.#traps) {
      this.#traps = this.#calls.traps;
      throw new ChelatedError(
        'backend_failed',
        'a kernel trapped; build the modules again, or load them without threads',
      );
    }
  }

  /** Ends the threads. What is asked from now on is computed by the thread that asks. */
  close(): void {
    for (const thread of this.#threads ?? []) thread.end();
    if (this.#state === 'open') this.#state = 'closed';
  }

  #start(): Thread[] {
    const { module, exports, start, onFailure } = this.#options;
    const threads: Thread[] = [];
    for (let lane = 1; lane < this.count; lane++) {
      let told = false;
      const failed = (why: string) => {
        if (!told && this.#state === 'open') onFailure(why);
        told = true;
      };
      try {
        threads.push(start({ module, memory: exports.memory, calls: this.#calls.buffer, lane }, failed));
      } catch (error) {
        failed((error as Error).message);
      }
    }
    return threads;
  }
}

function lost(): ChelatedError {
  return new ChelatedError(
    'backend_failed',
    'a thread of the kernels took work and did not come back; load the kernels again',
  );
}
