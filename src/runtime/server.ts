import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import type { PeerEnv } from '../http/peer.ts';

/** What answers requests: a Hono app has this shape. */
export interface Fetcher {
  fetch(request: Request, env: PeerEnv): Response | Promise<Response>;
}

export interface ListenOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Milliseconds that requests in flight get to end when the server closes. Default `config.http.closeMs`. */
  readonly closeMs?: number;
}

export interface RunningServer {
  readonly url: string;
  /** Takes no new requests and waits for the ones in flight; what has not ended after `closeMs` is cut off. */
  close(): Promise<void>;
}

export type Serve = (app: Fetcher, options: ListenOptions) => Promise<RunningServer>;

/** `http://host:port`, with brackets around an IPv6 address. */
export function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Why the address could not be taken, in one line. */
export function listenError({ host, port }: ListenOptions, cause: unknown): ChelatedError {
  const code = (cause as { code?: string }).code ?? (cause as { name?: string }).name ?? '';
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `port ${port} on ${host} is taken; stop what runs there, or give another with --port`,
    AddrInUse: `port ${port} on ${host} is taken; stop what runs there, or give another with --port`,
    EACCES: `port ${port} on ${host} needs more rights; give one above 1023 with --port`,
    PermissionDenied: `port ${port} on ${host} needs more rights; give one above 1023 with --port`,
  };
  const reason = reasons[code] ?? `cannot listen on ${host}, port ${port} (${String(cause)})`;
  return new ChelatedError('invalid_input', reason, { cause });
}

/** `end`, and `force` when that takes too long: a client that never ends its request would keep the process for ever. */
export async function closeWithin(
  { closeMs = config.http.closeMs }: ListenOptions,
  end: () => Promise<unknown>,
  force: () => void,
): Promise<void> {
  const timer = setTimeout(force, closeMs);
  try {
    await end();
  } finally {
    clearTimeout(timer);
  }
}
