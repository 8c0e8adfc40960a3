import { ChelatedError } from '../../errors.ts';
import { bunDriver } from './bun-driver.ts';
import { nodeDriver } from './node-driver.ts';
import type { OpenDriver } from './sql-driver.ts';

// In variables: bundlers follow what is written in the import itself, and no runtime has both.
const [ofBun, ofNode]: readonly string[] = ['bun:sqlite', 'node:sqlite'];

/**
 * The SQLite that this runtime brings.
 *
 * @throws {ChelatedError} storage_failed where there is none
 */
export async function loadDriver(): Promise<OpenDriver> {
  if ('Bun' in globalThis) return bunDriver(await import(ofBun!));
  try {
    return nodeDriver(await withoutWarning(() => import(ofNode!)));
  } catch (cause) {
    const here = `${globalThis.navigator?.userAgent ?? `Node.js ${process.version}`} has none`;
    const advice = 'use Bun, Deno or Node.js 22.13 and later, or the store in memory with a snapshot';
    throw new ChelatedError('storage_failed', `a database needs the runtime’s own SQLite, and ${here}; ${advice}`, {
      cause,
    });
  }
}

/** Node calls its SQLite experimental on stderr, once a process. Users of a command cannot act on that. */
async function withoutWarning<T>(load: () => Promise<T>): Promise<T> {
  const { emitWarning } = process;
  process.emitWarning = ((warning: string | Error, ...rest: []) => {
    if (!String(warning).includes('SQLite')) emitWarning.call(process, warning, ...rest);
  }) as typeof emitWarning;
  try {
    return await load();
  } finally {
    process.emitWarning = emitWarning;
  }
}
