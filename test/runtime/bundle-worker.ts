import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };

const root = new URL('../..', import.meta.url).pathname;

/** Modules that the recipe imports and that a worker gets as they are, with their type in workerd's configuration. */
const assets: Readonly<Record<string, 'wasm' | 'data' | 'json'>> = {
  'chelated/kernels.wasm': 'wasm',
  'chelated/wordpiece.wasm': 'wasm',
  'chelated/student/table.safetensors': 'data',
  'chelated/student/basis.safetensors': 'data',
  'chelated/student/card.json': 'json',
  'chelated/student/tokenizer.json': 'json',
};

/** The file behind a subpath of the package. */
function assetPath(specifier: string): string {
  const exports: Readonly<Record<string, unknown>> = packageJson.exports;
  return join(root, String(exports[specifier.replace('chelated', '.')]));
}

/**
 * Bundles the recipe as wrangler does, into `folder`: one module of JavaScript, the assets beside it, and a configuration of
 * workerd that serves it on `port` with these variables. How many bytes are uploaded.
 */
export async function bundleWorker(
  folder: string,
  port: number,
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const built = await Bun.build({
    entrypoints: [join(root, 'recipes/worker/worker.js')],
    target: 'browser',
    conditions: ['workerd'],
    minify: true,
    external: [...Object.keys(assets), 'node:*'],
    plugins: [
      {
        name: 'package',
        setup(build) {
          build.onResolve({ filter: /^chelated\/workerd$/ }, () => ({ path: join(root, 'src/runtime/workerd.ts') }));
          build.onResolve({ filter: /^onnxruntime-web/ }, () => ({
            path: join(root, 'recipes/worker/no-onnxruntime.js'),
          }));
        },
      },
    ],
  });
  const script = await built.outputs[0]!.text();
  await writeFile(join(folder, 'worker.js'), script);
  let bytes = script.length;
  for (const specifier of Object.keys(assets)) {
    const to = join(folder, specifier);
    await mkdir(dirname(to), { recursive: true });
    await cp(assetPath(specifier), to);
    bytes += Bun.file(to).size;
  }
  await writeFile(join(folder, 'config.capnp'), configuration(port, env));
  return bytes;
}

function configuration(port: number, env: Readonly<Record<string, string>>): string {
  const modules = Object.entries(assets).map(([name, type]) => `(name = "${name}", ${type} = embed "${name}")`);
  const bindings = Object.entries(env).map(([name, value]) => `(name = "${name}", text = ${JSON.stringify(value)})`);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["public", "private", "local"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js"), ${modules.join(', ')}],
  bindings = [${bindings.join(', ')}],
  compatibilityDate = "2026-11-01",
);
`;
}
