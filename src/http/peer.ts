import type { Context } from 'hono';

/** What the runtimes of this package hand on with a request: who is on the other end of the socket. */
export interface PeerEnv {
  readonly peer?: string | null;
}

/**
 * Address of the other end of the socket; `null` where the request came from no socket at all, by `app.request`;
 * `unknown` where there is one and nothing says which. Headers are not looked at: a client writes them.
 */
export function peerOf(context: Context): string | null {
  // A server's own second argument: `Bun.serve({ fetch: app.fetch })`, `Deno.serve(app.fetch)`, @hono/node-server.
  const env = context.env as
    | (PeerEnv & {
        requestIP?(request: Request): { address: string } | null;
        remoteAddr?: { hostname?: string };
        incoming?: { socket?: { remoteAddress?: string } };
      })
    | undefined;
  if (env === undefined || env === null || (Object.keys(env).length === 0 && !hasExecutionContext(context)))
    return null;
  if (typeof env.requestIP === 'function') return env.requestIP(context.req.raw)?.address ?? 'unknown';
  return env.peer ?? env.remoteAddr?.hostname ?? env.incoming?.socket?.remoteAddress ?? 'unknown';
}

/** Whether an address, or a host's name, can only be this machine. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').replace(/^::ffff:/i, '');
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}

function hasExecutionContext(context: Context): boolean {
  try {
    return context.executionCtx !== undefined;
  } catch {
    return false;
  }
}
