import type { Context, MiddlewareHandler } from 'hono';

/** One line of the log a request: no text, no vector, no key, and of the path only which route it was. */
export interface RequestLog {
  readonly id: string;
  readonly method: string;
  readonly route: string; // as the document writes it; `none` where there is none
  readonly status: number;
  readonly ms: number; // until the answer began
}

/** Names the route of a request for the log and the metrics. */
export function nameRoute(context: Context, route: string): void {
  context.set('route', route);
}

/** Tells `hear` of every request that was answered. */
export function observed(hear: (entry: RequestLog) => void): MiddlewareHandler {
  return async (context, next) => {
    const started = performance.now();
    await next();
    hear({
      id: context.get('requestId'),
      method: context.req.method,
      route: context.get('route') ?? 'none',
      status: context.res.status,
      ms: performance.now() - started,
    });
  };
}
