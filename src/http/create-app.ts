import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { requestId } from 'hono/request-id';
import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import { Access, type Keys } from './access.ts';
import { AppMetrics } from './app-metrics.ts';
import { errorAnswer, HttpError } from './errors.ts';
import { Idempotency } from './idempotency.ts';
import { openAiError } from './openai-error.ts';
import type { AppEngine, Operation } from './operation.ts';
import { nameRoute, observed, type RequestLog } from './request-log.ts';
import { operations } from './routes/operations.ts';
import { type Desk, desk, serveOperation } from './serve-operation.ts';
import { Timeline } from './timeline.ts';

/** What the app stands on. */
export interface AppDeps {
  /** An engine, or one that is being opened: until then the app answers that it is not ready. It belongs to the caller. */
  readonly engine: AppEngine | Promise<AppEngine>;
  /** Bearer keys. Without any, only this machine is served. */
  readonly keys?: Keys;
  /** Pages of other origins that may call this server; none by default. */
  readonly origins?: readonly string[];
  /** Why nothing can be changed here, where it cannot: such routes answer 501 with it. */
  readonly readOnly?: string;
  /** Milliseconds that one request may take, and that a client may pause within a stream. Default `config.http.requestMs`. */
  readonly requestMs?: number;
  /** Names of models for which clients get what the mode serves, beside the student's own. */
  readonly models?: readonly string[];
  /** Takes token ids as the student's own; by default they are refused, since clients send another tokenizer's. */
  readonly acceptTokenIds?: boolean;
  /** Hears of every request. Texts, vectors and keys are never in it. */
  readonly log?: (entry: RequestLog) => void;
  /** Told of every error that is not a refusal: a fault of ours. */
  readonly onFault?: (error: unknown) => void;
}

/**
 * The HTTP app. It only translates: what happens is the engine's. No global state, no socket.
 *
 * Behind a socket, hand the server's own second argument on (`Bun.serve({ fetch: app.fetch })` does): from it the app knows who
 * asks. Without keys it serves this machine alone.
 *
 * @example
 * import { Engine, loadKernels, openEncoder } from 'chelated';
 * const kernels = await loadKernels();
 * const encoder = await openEncoder('static', { kernels });
 * const engine = await Engine.open({ encoder, kernels });
 * const app = createApp({ engine });
 * (await app.request('/health')).status; // => 200
 */
export function createApp(deps: AppDeps): Hono {
  const { engine, keys, origins = [], readOnly, models = [], acceptTokenIds = false } = deps;
  const { requestMs = config.http.requestMs, log, onFault } = deps;
  const [metrics, timeline] = [new AppMetrics(), new Timeline()];
  let opened: AppEngine | null = null;
  let failed = false;
  const open = (ready: AppEngine) => {
    opened = ready;
    ready.subscribe((event) => {
      metrics.event(event);
      timeline.event(event, ready);
    });
  };
  if (engine instanceof Promise) {
    engine.then(open, (error: unknown) => {
      failed = true;
      onFault?.(error);
    });
  } else open(engine);
  const ready = (): AppEngine => {
    if (opened) return opened;
    throw new HttpError(
      'not_ready',
      failed ? 'the server could not start; its log says why' : 'the server is starting',
    );
  };

  const shared = desk({
    engine: ready,
    access: new Access(keys, origins),
    readOnly: readOnly ?? null,
    idempotency: new Idempotency(),
    requestMs,
  });
  const all = operations({
    embeddings: { names: new Set(models), acceptTokenIds },
    timeline,
    status: {
      info: () => opened?.collection().info() ?? null,
      metrics: () => metrics.text(opened, shared.requests.inFlight),
      assertReady: ready,
    },
  });

  const app = new Hono();
  app.use(requestId());
  app.use(
    observed((entry) => {
      metrics.request(entry);
      log?.(entry);
    }),
  );
  if (origins.length > 0) app.use(cors({ origin: [...origins] }));
  app.onError((thrown, context) => {
    // Work that was stopped because its client went away is nobody's fault.
    const error = context.req.raw.signal.aborted ? new HttpError('client_gone', 'the client went away') : thrown;
    const { status, body, headers } = errorAnswer(error);
    if (status === 500) onFault?.(error);
    return context.json(context.req.path === '/v1/embeddings' ? openAiError(body, status) : body, status, headers);
  });
  app.notFound((context) => {
    const { status, body } = errorAnswer(new ChelatedError('not_found', `no route ${context.req.path}`));
    return context.json(body, status);
  });
  for (const path of new Set(all.map(({ path }) => path))) {
    const those = all.filter((each) => each.path === path);
    route(app, path, those, shared);
  }
  return app;
}

/** Every method of one path; any other is refused, naming those. */
function route(app: Hono, path: string, operations: readonly Operation[], shared: Desk): void {
  const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1');
  for (const operation of operations) {
    app.on(operation.method.toUpperCase(), pattern, (context) => {
      nameRoute(context, path);
      return serveOperation(operation, context, shared);
    });
  }
  const allowed = operations.map(({ method }) => method.toUpperCase()).join(', ');
  app.all(pattern, (context) => {
    nameRoute(context, path);
    context.header('Allow', allowed);
    throw new HttpError('method_not_allowed', `${path} takes ${allowed}, got ${context.req.method}`);
  });
}
