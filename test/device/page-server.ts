import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const onnxruntime = join(root, 'node_modules/onnxruntime-web/dist');

/** Serves, on loopback, a page with the cases in it, what they load, and the models of this machine. */
export async function servePage(models: string | undefined) {
  const built = await Bun.build({
    entrypoints: [join(import.meta.dirname, 'page-cases.ts')],
    target: 'browser',
    format: 'esm',
    splitting: true,
  });
  if (!built.success) throw new AggregateError(built.logs, 'the page cannot be built');
  const scripts = new Map(built.outputs.map((output) => [output.path.replace(/^\.?\/?/, ''), output]));
  const found = (path: string) => new Response(Bun.file(path));
  return Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const { pathname } = new URL(request.url);
      const name = pathname.split('/').at(-1)!;
      // The modules lie two folders deep, as they do in the package: that is where they look for what lies beside them.
      const script = pathname.startsWith('/dist/test/') ? scripts.get(name) : undefined;
      if (script) return new Response(script);
      if (pathname.startsWith('/dist/test/ort-wasm')) return found(join(onnxruntime, name));
      if (pathname.startsWith('/assets/')) return found(join(root, 'assets', name));
      if (pathname.startsWith('/models/') && models) return serveModel(join(models, pathname.slice('/models/'.length)));
      if (pathname !== '/') return new Response(null, { status: 404 });
      const html = '<!doctype html><title>cases</title><script type="module" src="/dist/test/page-cases.js"></script>';
      return new Response(html, { headers: { 'content-type': 'text/html' } });
    },
  });
}

/** A file, or the files below a folder. */
async function serveModel(path: string): Promise<Response> {
  const what = await stat(path).catch(() => null);
  if (what === null) return new Response(null, { status: 404 });
  if (what.isFile()) return new Response(Bun.file(path));
  const names = await readdir(path, { recursive: true });
  const files = await Promise.all(
    names.map(async (name) => ({ path: name, bytes: (await stat(join(path, name))).size })),
  );
  return Response.json(files);
}
