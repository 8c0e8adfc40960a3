import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const modules = join(import.meta.dirname, '../../node_modules');

/** Node.js 24 of the development dependencies, null where install scripts were not run. */
export const node24 = found(join(modules, 'node/bin/node'));

/** Deno of the development dependencies. */
export const deno = join(modules, '.bin/deno');

/** The Node.js of this machine, not of the dependencies (npm puts theirs first), null where there is none. */
export const systemNode = Bun.which('node', {
  PATH: (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .join(delimiter),
});

function found(path: string): string | null {
  return existsSync(path) ? path : null;
}
