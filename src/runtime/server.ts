import { ChelatedError } from '../errors.ts';

/** What answers requests: a Hono app has this shape. */
export interface Fetcher {
  fetch(request: Request): Response | Promise<Response>;
}

export interface ListenOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

export interface RunningServer {
  readonly url: string;
  /** Takes no new requests, ends the ones in flight, then closes. */
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
