import { config } from '../../config.ts';
import type { ModuleSource } from '../instantiate.ts';
import type { Kernels } from '../kernels.ts';
import { loadModule } from '../load-module.ts';
import { wasmKernels } from '../wasm-kernels.ts';
import { Crew } from './crew.ts';
import { hasNodeThreads, type StartThread, threadStarter } from './start-thread.ts';

export interface ThreadedSource {
  /** Threads in all, the one that asks included; `cores`: one for each core, `config.kernels.threads.most` at most. */
  readonly threads: number | 'cores';
  /** The build for threads, where it does not lie beside the code. */
  readonly module?: ModuleSource;
  /** The build for one thread, likewise: what is loaded where there can be no others. */
  readonly alone?: ModuleSource;
  /** Told, when it comes to that, why threads are not there: at once, or when they did not start. */
  readonly onFallback?: (why: string) => void;
}

/** Kernels that share large calls out among threads. Smaller calls are computed by the thread that asks, as ever. */
export interface ThreadedKernels extends Kernels {
  /** Threads in all; 1 where there are no others, and `fallback` says why. */
  readonly threads: number;
  /** Ends the other threads; the kernels go on with one. A program ends without it too. */
  close(): void;
}

/** What only tests change. */
export interface ThreadedSeams {
  readonly start?: StartThread;
  readonly leastWork?: number;
  readonly lostMs?: number;
}

/**
 * Kernels on shared memory, or the reason why there are none here; '' where one thread is what was asked for.
 *
 * @throws {ChelatedError} wasm_unavailable: the module is not the one expected
 */
export async function threadedKernels(
  source: ThreadedSource,
  { start, leastWork = config.kernels.threads.leastWork, lostMs }: ThreadedSeams = {},
): Promise<ThreadedKernels | string> {
  const count = source.threads === 'cores' ? cores() : source.threads;
  const memory = count > 1 ? sharedMemory() : '';
  if (typeof memory === 'string') return memory;
  const { module, exports } = await loadModule(source.module ?? 'threads', memory);
  let missing = 0;
  let fallback: string | undefined;
  const onFailure = (why: string) => {
    missing++;
    fallback = `${missing} of ${count} threads are not there: ${why}`;
    source.onFallback?.(fallback);
  };
  const starter = start ?? threadStarter();
  const crew = new Crew({ module, exports, count, start: starter, onFailure, ...(lostMs !== undefined && { lostMs }) });
  return {
    ...wasmKernels(exports, { crew, leastWork }),
    name: 'threads',
    get threads() {
      return count - missing;
    },
    get fallback() {
      return fallback;
    },
    close: () => crew.close(),
  };
}

/** A memory that threads can share and this thread can wait on, or why there is none. */
function sharedMemory(): WebAssembly.Memory | string {
  if (typeof SharedArrayBuffer === 'undefined') {
    return 'no shared memory here; a page needs the headers that isolate it from other origins';
  }
  if (!hasNodeThreads && typeof Worker === 'undefined') return 'no threads here';
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
  } catch {
    return 'this thread must not wait for others; load the kernels in a worker';
  }
  try {
    return new WebAssembly.Memory({ initial: 1, maximum: MAXIMUM, shared: true });
  } catch (error) {
    return `no shared memory here: ${(error as Error).message}`;
  }
}

/** Pages that the build for threads was compiled for: all that 32 bits reach. */
const MAXIMUM = 65_536;

function cores(): number {
  const here = globalThis.navigator?.hardwareConcurrency ?? process.getBuiltinModule('os').availableParallelism();
  return Math.min(here, config.kernels.threads.most);
}
