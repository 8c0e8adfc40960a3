import type { Worker } from 'node:worker_threads';
import { breathe } from '../breathe.ts';
import { config } from '../config.ts';
import type { DistilStep } from '../distil/distil-options.ts';
import { ChelatedError, type ErrorCode } from '../errors.ts';
import { type DeviceChoice, type DeviceFallback, noteDeviceFallback, wantedDevice } from '../onnx/device.ts';
import type { DistilJob, Distiller, DistillerOptions, DistilOutcome, Taught } from './distiller.ts';

export interface WorkerOptions {
  /** The student as `openEncoder` knows it: the other thread opens its own. */
  readonly student: string;
}

/** What the other thread starts with. */
export interface WorkerStart {
  readonly student: string;
  readonly device: DeviceChoice;
}

/** What one thread asks of the other. */
export type WorkerCall = { readonly id: number } & (
  | {
      readonly type: 'teach';
      readonly teacher: string;
      readonly documents: { ids: readonly string[]; texts: readonly string[] };
    }
  | { readonly type: 'documents'; readonly page: DocumentPage }
  /** Its ids and texts came before it, page by page. */
  | { readonly type: 'distil'; readonly job: Omit<DistilJob, keyof DocumentPage> }
);

export type DocumentPage = Pick<DistilJob, 'ids' | 'texts'>;

export interface WorkerAnswer {
  /** The call that is answered; 0: the worker is ready, or stepped down to wasm. */
  readonly call: number;
  readonly progress?: { readonly step: DistilStep; readonly share: number };
  readonly result?: Taught | DistilOutcome | null;
  readonly fallback?: DeviceFallback;
  readonly error?: { readonly code: ErrorCode | null; readonly message: string };
}

/** A call without its number. */
type Request = WorkerCall extends infer C ? (C extends WorkerCall ? Omit<C, 'id'> : never) : never;

/**
 * Learns in a thread of its own, on Bun, Deno and Node, so that requests are answered meanwhile. The thread is started at once,
 * so that no request waits for that in the first cycle. An aborted call ends it, also one that is stuck in a loop; the next call
 * starts another.
 */
export function workerDistiller({ student }: WorkerOptions): Distiller {
  let current: Promise<Worker> | null = null;
  let calls = 0;
  const worker = () => {
    current ??= start(student).catch((error: unknown) => {
      current = null;
      throw error;
    });
    return current;
  };
  const end = async () => {
    const ending = current;
    current = null;
    await ending?.then((thread) => thread.terminate()).catch(() => {});
  };

  // One that cannot start now is met again by the first call.
  worker().catch(() => {});

  async function ask<R extends Taught | DistilOutcome>(
    request: Request,
    { signal, onProgress }: DistillerOptions = {},
    { pages = [], moved = [] }: { pages?: Iterable<DocumentPage>; moved?: ArrayBuffer[] } = {},
  ): Promise<R> {
    signal?.throwIfAborted();
    const thread = await worker();
    signal?.throwIfAborted();
    const id = ++calls;
    let isOver = false;
    let stop = () => {};
    const send = async () => {
      for (const page of pages) {
        thread.postMessage({ id, type: 'documents', page } satisfies WorkerCall);
        await breathe();
        if (isOver) return;
      }
      thread.postMessage({ id, ...request } satisfies WorkerCall, moved);
    };
    try {
      return await new Promise<R>((resolve, reject) => {
        const onMessage = ({ call, progress, result, error }: WorkerAnswer) => {
          if (call !== id) return;
          if (progress) onProgress?.(progress.step, progress.share);
          else if (error) reject(error.code ? new ChelatedError(error.code, error.message) : new Error(error.message));
          else resolve(result as R);
        };
        const onEnd = (cause: unknown) => reject(ended(cause));
        const onAbort = () => {
          reject(signal!.reason);
          void end();
        };
        stop = () => {
          thread.off('message', onMessage).off('error', onEnd).off('exit', onEnd);
          signal?.removeEventListener('abort', onAbort);
        };
        thread.on('message', onMessage).once('error', onEnd).once('exit', onEnd);
        signal?.addEventListener('abort', onAbort, { once: true });
        send().catch(reject);
      });
    } catch (error) {
      if (error instanceof ChelatedError && error.cause === threadEnd) current = null;
      throw error;
    } finally {
      isOver = true;
      stop();
    }
  }

  return {
    teach: (teacher, documents, options) => ask<Taught>({ type: 'teach', teacher, documents }, options),
    distil: ({ ids, texts, ...job }, options) =>
      ask<DistilOutcome>({ type: 'distil', job }, options, { pages: pagesOf({ ids, texts }), moved: buffersOf(job) }),
    close: end,
  };
}

/** Texts are copied from thread to thread, so a page at a time: requests have their turn between two. */
function* pagesOf({ ids, texts }: DocumentPage): Generator<DocumentPage> {
  const size = config.engine.sliceDocuments;
  for (let i = 0; i < ids.length; i += size) yield { ids: ids.slice(i, i + size), texts: texts.slice(i, i + size) };
}

/** Numbers are not copied: they change hands. */
function buffersOf({ vectors, tokens, teacher }: Omit<DistilJob, keyof DocumentPage>): ArrayBuffer[] {
  const arrays = [vectors.data, tokens.offsets, tokens.ids, tokens.counts, ...(teacher ? [teacher.vectors.data] : [])];
  return [...new Set(arrays.map(({ buffer }) => buffer as ArrayBuffer))];
}

const threadEnd = Symbol('the thread ended');

function ended(cause: unknown): ChelatedError {
  const why = cause instanceof Error ? cause.message : `exit code ${cause}`;
  return new ChelatedError('backend_failed', `the thread that learns ended (${why}); the next cycle starts another`, {
    cause: threadEnd,
  });
}

/** @throws {ChelatedError} not_supported where there are no threads; what opening the student throws */
async function start(student: string): Promise<Worker> {
  const threads = await import('node:worker_threads').catch((cause: unknown) => {
    throw new ChelatedError('not_supported', 'this runtime has no threads to learn in', { cause });
  });
  // The same folder, whether this is source or what was built from it.
  const file = new URL(`./distil-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
  const worker = new threads.Worker(file, {
    workerData: { student, device: wantedDevice() } satisfies WorkerStart,
  });
  worker.on('message', ({ fallback }: WorkerAnswer) => fallback && noteDeviceFallback(fallback));
  return new Promise((resolve, reject) => {
    const onEnd = (cause: unknown) => reject(ended(cause));
    worker.once('error', onEnd).once('exit', onEnd);
    worker.on('message', function onReady({ call, fallback }: WorkerAnswer) {
      if (call !== 0 || fallback) return;
      worker.off('message', onReady);
      worker.off('error', onEnd).off('exit', onEnd);
      // A thread that waits for work keeps no process running.
      worker.unref();
      resolve(worker);
    });
  });
}
