import type { EngineOptions } from '../../src/engine/engine.ts';
import { type AppDeps, createApp } from '../../src/http/create-app.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { tinyAdapter, tinyEngine } from '../engine/tiny-student.ts';

export const kernels = await loadKernels();

interface TinyApp extends Partial<AppDeps> {
  readonly adapter?: 'affine' | 'lexical';
  readonly documents?: number;
  readonly options?: Partial<EngineOptions>;
}

/** An app over a tiny engine, and what asks it. */
export async function tinyApp({ adapter, documents = 60, options = {}, ...deps }: TinyApp = {}) {
  const tiny = await tinyEngine(kernels, documents, options);
  if (adapter) await tiny.collection.adopt(await tinyAdapter(adapter, tiny.encoder));
  const faults: unknown[] = [];
  const app = createApp({ engine: tiny.engine, onFault: (error) => faults.push(error), ...deps });
  /** One request; a body that is an object is sent as JSON. */
  const ask = async (
    method: string,
    path: string,
    { body, headers = {}, env }: { body?: unknown; headers?: Record<string, string>; env?: object } = {},
  ) => {
    const raw = typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream;
    const json = body === undefined || raw ? {} : { 'content-type': 'application/json' };
    const init = { method, headers: { ...json, ...headers }, duplex: 'half' } as RequestInit;
    if (body !== undefined) init.body = raw ? (body as string) : JSON.stringify(body);
    return app.request(path, init, env);
  };
  const json = async (...request: Parameters<typeof ask>) => {
    const response = await ask(...request);
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
  };
  return { ...tiny, app, ask, json, faults };
}
