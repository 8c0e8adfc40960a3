import type { Serve } from './server.ts';

/** Serves on whichever of Bun, Deno and Node this is. */
export const serve: Serve = async (app, options) => {
  const runtime = await (process.versions.bun
    ? import('./bun.ts')
    : 'Deno' in globalThis
      ? import('./deno.ts')
      : import('./node.ts'));
  return runtime.serve(app, options);
};
