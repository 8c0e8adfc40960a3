import { Hono } from 'hono';
import type { Collection } from '../engine/collection.ts';
import { ChelatedError } from '../errors.ts';
import { correctRoute } from './correct-route.ts';
import { errorAnswer, HttpError } from './errors.ts';
import { searchRoute } from './search-route.ts';

/** What the app stands on. */
export interface AppDeps {
  readonly engine: { collection(): Pick<Collection, 'search' | 'correct' | 'info'> };
  /** Told of every error that is not a refusal: a fault of ours. */
  readonly onFault?: (error: unknown) => void;
}

const routes = { '/v1/correct': 'POST', '/v1/search': 'POST', '/health': 'GET' } as const;

/**
 * The HTTP app. It only translates: what happens is the engine's. No global state, no socket.
 *
 * @example
 * import { Engine, loadKernels, openEncoder } from 'chelated';
 * const kernels = await loadKernels();
 * const encoder = await openEncoder('static', { kernels });
 * const engine = await Engine.open({ encoder, kernels });
 * const app = createApp({ engine });
 * (await app.request('/health')).status; // => 200
 */
export function createApp({ engine, onFault }: AppDeps): Hono {
  const app = new Hono();

  app.onError((thrown, context) => {
    // Work that was stopped because its client went away is nobody's fault.
    const error = context.req.raw.signal.aborted ? new HttpError('client_gone', 'the client went away') : thrown;
    const { status, body } = errorAnswer(error);
    if (status >= 500) onFault?.(error);
    return context.json(body, status);
  });
  app.notFound((context) => {
    const { status, body } = errorAnswer(new ChelatedError('not_found', `no route ${context.req.path}`));
    return context.json(body, status);
  });

  app.get('/health', (context) => context.json(health(engine.collection())));
  app.route(
    '/',
    correctRoute(() => engine.collection()),
  );
  app.route(
    '/',
    searchRoute(() => engine.collection()),
  );
  for (const [path, method] of Object.entries(routes)) {
    app.all(path, (context) => {
      context.header('Allow', method);
      throw new HttpError('method_not_allowed', `${path} takes ${method}, got ${context.req.method}`);
    });
  }
  return app;
}

function health(collection: Pick<Collection, 'info'>) {
  const info = collection.info();
  return {
    status: 'ok',
    student: info.student,
    base_fingerprint: info.baseFingerprint,
    fingerprint: info.fingerprint,
    generation: info.generation,
    mode: info.mode,
    documents: info.documents,
    dims: info.dims,
    corrected_dims: info.correctedDims,
    needs: info.adapter?.needs ?? 'vector',
    fallbacks: info.fallbacks,
    kernels: info.kernels,
  };
}
