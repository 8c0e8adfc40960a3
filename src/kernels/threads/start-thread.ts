/** What a thread of the kernels is given. */
export interface ThreadParts {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly calls: SharedArrayBuffer;
  readonly lane: number;
}

export interface Thread {
  end(): void;
}

/** Starts a thread, which keeps no program running; `onFailure` is told why it could not start, or that it ended. */
export type StartThread = (parts: ThreadParts, onFailure: (why: string) => void) => Thread;

/** Bun, Deno and Node have threads of their own kind; elsewhere a thread is a Web Worker. */
export const hasNodeThreads: boolean = globalThis.process?.versions?.node !== undefined;

/** How threads are started here. They run `crew-thread`, in the same folder, whether this is source or what was built from it. */
export function threadStarter(
  file = new URL(`./crew-thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
): StartThread {
  if (!hasNodeThreads) return (parts, onFailure) => webThread(file, parts, onFailure);
  // Asked for, not imported, as in `readAsset`.
  const { Worker } = process.getBuiltinModule('worker_threads');
  return (parts, onFailure) => {
    const worker = new Worker(file, { workerData: parts });
    worker.on('error', (error) => onFailure((error as Error).message)).on('exit', () => onFailure('it ended'));
    worker.unref();
    return { end: () => void worker.terminate() };
  };
}

function webThread(file: URL, parts: ThreadParts, onFailure: (why: string) => void): Thread {
  const worker = new Worker(file, { type: 'module' });
  worker.addEventListener('error', ({ message }) => onFailure(message || `cannot load ${file.href}`));
  worker.postMessage(parts);
  return { end: () => worker.terminate() };
}
