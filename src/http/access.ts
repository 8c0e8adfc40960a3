import type { Context } from 'hono';
import { HttpError } from './errors.ts';
import { isLoopback, peerOf } from './peer.ts';

/** Who may call a route: anybody, the holder of any key, the holder of an admin key. */
export type Scope = 'public' | 'use' | 'admin';

/** The bearer keys of a server. Without any, only this machine is served, and it may do everything. */
export interface Keys {
  readonly use?: readonly string[];
  readonly admin?: readonly string[];
}

interface KnownKey {
  readonly scope: 'use' | 'admin';
  readonly digest: Promise<Uint8Array>;
}

/** Decides who is served. */
export class Access {
  readonly #keys: readonly KnownKey[];
  readonly #origins: ReadonlySet<string>;

  constructor(keys: Keys = {}, origins: readonly string[] = []) {
    const known = (scope: 'use' | 'admin') => (keys[scope] ?? []).map((key) => ({ scope, digest: digestOf(key) }));
    this.#keys = [...known('use'), ...known('admin')];
    this.#origins = new Set(origins);
  }

  /** A promise only where there is a key to compare. @throws {HttpError} unauthorized, forbidden */
  check(scope: Scope, context: Context): Promise<void> | undefined {
    this.#checkOrigin(context);
    if (this.#keys.length === 0) this.#checkLoopback(context);
    else if (scope !== 'public') return this.#checkKey(scope, context);
    return undefined;
  }

  async #checkKey(scope: 'use' | 'admin', context: Context): Promise<void> {
    const token = /^bearer +(\S+) *$/i.exec(context.req.header('authorization') ?? '')?.[1];
    if (token === undefined) {
      throw new HttpError('unauthorized', 'this route takes a key: send "Authorization: Bearer KEY"');
    }
    const held = await this.#scopeOf(token);
    if (held === null) throw new HttpError('unauthorized', 'this key is not known here');
    if (scope === 'admin' && held !== 'admin') {
      throw new HttpError('forbidden', 'this key may use the server, not change it; an admin key is needed');
    }
  }

  /** Every key is compared, and every byte of it, whatever is found: the time says nothing about the keys. */
  async #scopeOf(token: string): Promise<'use' | 'admin' | null> {
    const digest = await digestOf(token);
    let held: 'use' | 'admin' | null = null;
    for (const { scope, digest: known } of this.#keys) {
      let difference = 0;
      (await known).forEach((byte, i) => {
        difference |= byte ^ digest[i]!;
      });
      if (difference === 0) held = scope;
    }
    return held;
  }

  /** The name asked for counts too: a page elsewhere can give its own name this machine's address. */
  #checkLoopback(context: Context): void {
    const peer = peerOf(context);
    const host = new URL(context.req.url).hostname;
    if ((peer === null || isLoopback(peer)) && isLoopback(host)) return;
    throw new HttpError('forbidden', 'this server has no keys, so it serves its own machine alone; start it with keys');
  }

  /** What changes something is not taken from another site's page, which a browser would send without asking. */
  #checkOrigin(context: Context): void {
    const origin = context.req.header('origin');
    if (origin === undefined || context.req.method === 'GET' || this.#origins.has(origin)) return;
    const own = new URL(context.req.url).host;
    if (URL.canParse(origin) && new URL(origin).host === own) return;
    throw new HttpError('forbidden', `pages of ${origin} are not served here; allow that origin to change this`);
  }
}

/** Digests are of one length, so comparing them does not tell how long a key is. */
async function digestOf(key: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key)));
}
