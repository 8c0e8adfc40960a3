import type { Encoder } from '../encode/encoder.ts';
import { openTokenizer } from '../encode/open-tokenizer.ts';
import { openAiEncoder } from '../encode/openai/openai-encoder.ts';
import { type StudentFiles, staticStudent } from '../encode/static-student.ts';
import type { Collection } from '../engine/collection.ts';
import { Engine } from '../engine/engine.ts';
import { ChelatedError } from '../errors.ts';
import { createApp } from '../http/create-app.ts';
import { readDocuments } from '../http/read-documents.ts';
import { loadKernels } from '../kernels/load.ts';
import { readSnapshot } from '../store/snapshot.ts';
import { AdapterFeed } from './adapter-feed.ts';

export { withWordBuckets } from '../encode/with-word-buckets.ts';
export { withoutGate } from '../encode/without-gate.ts';

/** What is bundled with a worker: it has no file system, and compiles nothing. */
export interface WorkerParts {
  readonly kernels: WebAssembly.Module; // chelated/kernels.wasm
  readonly wordPiece: WebAssembly.Module; // chelated/wordpiece.wasm
  readonly student: StudentFiles;
  /** What `chelated snapshot` writes: documents and the adapter that serves them. */
  readonly snapshot?: Uint8Array;
  /** Documents to search, a JSON line each as `POST /v1/documents` takes them. */
  readonly documents?: string;
  /**
   * Indexes words in memory when a fused search first asks for them: 60 µs a document then. A snapshot of a collection that
   * has such an index brings this with it.
   */
  readonly words?: boolean;
}

/** Variables and secrets of a worker. */
export interface WorkerEnv {
  /** Keys by commas. A worker is reached from everywhere, so without keys it serves nobody. */
  readonly CHELATED_KEY_USE?: string;
  readonly CHELATED_KEY_ADMIN?: string;
  /** Where its adapter lies, and the SHA-256 that one must have. */
  readonly CHELATED_ADAPTER_URL?: string;
  readonly CHELATED_ADAPTER_SHA256?: string;
  /** Seconds between two looks whether it has changed. */
  readonly CHELATED_ADAPTER_SECONDS?: string;
  /** Where a snapshot lies, in place of a bundled one. */
  readonly CHELATED_SNAPSHOT_URL?: string;
  /** Where its documents lie, a JSON line each. */
  readonly CHELATED_DOCUMENTS_URL?: string;
  /** An OpenAI-compatible server to stand before, in place of the bundled student. */
  readonly CHELATED_PROXY_URL?: string;
  readonly CHELATED_PROXY_MODEL?: string;
  readonly CHELATED_PROXY_KEY?: string;
}

interface ExecutionContext {
  waitUntil(work: Promise<unknown>): void;
  passThroughOnException(): void;
}

const readOnly =
  'a worker keeps nothing: change documents, modes and generations on a server with a disk, and let this one fetch what that made';

/** A worker's handlers: `export default worker({ … })`. Everything is opened by the first request, and kept. */
export function worker(parts: WorkerParts) {
  let opened: ReturnType<typeof open> | null = null;
  return {
    async fetch(request: Request, env: WorkerEnv, context: ExecutionContext): Promise<Response> {
      opened ??= open(parts, env);
      const { app, ready } = opened;
      // Nothing is ready before the first request, which therefore waits instead of being told so.
      const feed = await ready.catch(() => {
        opened = null; // the next request tries again
        return null;
      });
      if (feed?.due) context.waitUntil(feed.refresh());
      return app.fetch(request, { peer: null }, { ...context, props: {} });
    },
  };
}

function open(parts: WorkerParts, env: WorkerEnv) {
  const log = (error: unknown) => console.error('chelated:', error);
  const engine = openEngine(parts, env);
  const app = createApp({
    engine,
    readOnly,
    keys: { use: keysOf(env.CHELATED_KEY_USE), admin: keysOf(env.CHELATED_KEY_ADMIN) },
    models: env.CHELATED_PROXY_MODEL === undefined ? [] : [env.CHELATED_PROXY_MODEL],
    onFault: log,
  });
  const ready = engine.then(async (engine) => {
    if (env.CHELATED_ADAPTER_URL === undefined) return null;
    const { CHELATED_ADAPTER_URL: url, CHELATED_ADAPTER_SHA256: sha256 } = env;
    const seconds = Number(env.CHELATED_ADAPTER_SECONDS);
    const feed = new AdapterFeed({
      url,
      sha256,
      collection: engine.collection(),
      onFault: log,
      ...(seconds >= 0 && { refreshMs: seconds * 1000 }),
    });
    await feed.refresh();
    return feed;
  });
  return { app, ready };
}

async function openEngine(parts: WorkerParts, env: WorkerEnv): Promise<Engine> {
  const kernels = await loadKernels(parts.kernels);
  const encoder = await openEncoder();
  // No work outlives its request here, so nobody looks for collapse between them.
  const snapshot = env.CHELATED_SNAPSHOT_URL
    ? new Uint8Array(await (await fetched(env.CHELATED_SNAPSHOT_URL)).arrayBuffer())
    : parts.snapshot;
  const store = snapshot && (await readSnapshot(snapshot));
  const { words = false } = parts;
  const engine = await Engine.open({ encoder, kernels, sampleRate: 0, words, ...(store && { store }) });
  if (parts.documents !== undefined) await addDocuments(engine.collection(), new Blob([parts.documents]).stream());
  if (env.CHELATED_DOCUMENTS_URL !== undefined) {
    await addDocuments(engine.collection(), (await fetched(env.CHELATED_DOCUMENTS_URL)).body!);
  }
  return engine;

  async function openEncoder(): Promise<Encoder> {
    const { CHELATED_PROXY_URL: baseUrl, CHELATED_PROXY_MODEL: model, CHELATED_PROXY_KEY: apiKey } = env;
    if (baseUrl === undefined) return staticStudent(parts.student, kernels, parts.wordPiece);
    if (model === undefined) throw new ChelatedError('invalid_input', 'CHELATED_PROXY_URL needs CHELATED_PROXY_MODEL');
    const tokenizer = await openTokenizer(parts.student.tokenizer, parts.wordPiece);
    return openAiEncoder({ model, baseUrl, ...(apiKey !== undefined && { apiKey }) }, tokenizer, kernels);
  }
}

/** @throws {ChelatedError} backend_failed */
async function fetched(url: string): Promise<Response> {
  const response = await fetch(url);
  if (response.ok) return response;
  throw new ChelatedError('backend_failed', `cannot fetch ${url}: HTTP ${response.status}`);
}

/** @throws {ChelatedError} the first document that cannot be used: an index with holes would be searched as if it had none */
async function addDocuments(collection: Collection, lines: ReadableStream<Uint8Array>): Promise<void> {
  for await (const batch of readDocuments(lines)) {
    for (const entry of batch) if ('error' in entry) throw entry.error;
    const results = await collection.upsert(batch.flatMap((entry) => ('error' in entry ? [] : [entry.document])));
    const refused = results.find(({ error }) => error !== undefined);
    if (refused?.error) throw new ChelatedError(refused.error.code, refused.error.message);
  }
}

const keysOf = (list = '') => list.split(',').flatMap((key) => (key.trim() === '' ? [] : [key.trim()]));
