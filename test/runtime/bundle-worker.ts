import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };

const root = new URL('../..', import.meta.url).pathname;
const recipe = join(root, 'recipes/worker/worker.js');
export const workerdBinary = join(root, 'node_modules/workerd/bin/workerd');

type ModuleType = 'wasm' | 'data' | 'json' | 'text';

/** Modules that a worker may import from the package and gets as they are, with their type in workerd's configuration. */
const assets: Readonly<Record<string, ModuleType>> = {
  'chelated/kernels.wasm': 'wasm',
  'chelated/wordpiece.wasm': 'wasm',
  'chelated/student/table.safetensors': 'data',
  'chelated/student/basis.safetensors': 'data',
  'chelated/student/gate.safetensors': 'data',
  'chelated/student/card.json': 'json',
  'chelated/student/tokenizer.json': 'json',
};

interface Bundle {
  readonly port: number;
  readonly env?: Readonly<Record<string, string>>;
  /** The worker's module; the recipe unless another is named. */
  readonly entry?: string;
  /** Parts bundled with the recipe beside the student, by their names in `WorkerParts`. */
  readonly snapshot?: Uint8Array;
  readonly documents?: string;
  /** The student with words in place of the recipe's. */
  readonly words?: boolean;
}

/** The file behind a subpath of the package. */
function assetPath(specifier: string): string {
  const exports: Readonly<Record<string, unknown>> = packageJson.exports;
  return join(root, String(exports[specifier.replace('chelated', '.')]));
}

/**
 * Bundles a worker as wrangler does, into `folder`: one module of JavaScript, the assets that it imports beside it, and a
 * configuration of workerd that serves it. How many bytes are uploaded.
 */
export async function bundleWorker(folder: string, bundle: Bundle): Promise<number> {
  const { port, env = {}, entry = recipe } = bundle;
  const own: Readonly<Record<string, { type: ModuleType; content: Uint8Array | string }>> = {
    ...(bundle.snapshot && { 'bundled/snapshot': { type: 'data', content: bundle.snapshot } }),
    ...(bundle.documents && { 'bundled/documents': { type: 'text', content: bundle.documents } }),
  };
  const built = await Bun.build({
    entrypoints: [entry],
    target: 'browser',
    conditions: ['workerd'],
    minify: true,
    external: [...Object.keys(assets), ...Object.keys(own), 'node:*'],
    plugins: [
      {
        name: 'package',
        setup(build) {
          build.onResolve({ filter: /^chelated\/workerd$/ }, () => ({ path: join(root, 'src/runtime/workerd.ts') }));
          build.onResolve({ filter: /^onnxruntime-web/ }, () => ({
            path: join(root, 'recipes/worker/no-onnxruntime.js'),
          }));
          build.onLoad({ filter: /recipes\/worker\/worker\.js$/ }, async ({ path }) => ({
            contents: withParts(await Bun.file(path).text(), bundle),
            loader: 'js',
          }));
        },
      },
    ],
  });
  const script = await built.outputs[0]!.text();
  await writeFile(join(folder, 'worker.js'), script);
  let bytes = script.length;
  const modules = Object.entries(assets).filter(([specifier]) => script.includes(specifier));
  for (const [specifier] of modules) {
    const to = join(folder, specifier);
    await mkdir(dirname(to), { recursive: true });
    await cp(assetPath(specifier), to);
    bytes += Bun.file(to).size;
  }
  for (const [specifier, { type, content }] of Object.entries(own)) {
    await mkdir(dirname(join(folder, specifier)), { recursive: true });
    await writeFile(join(folder, specifier), content);
    modules.push([specifier, type]);
    bytes += content.length;
  }
  await writeFile(join(folder, 'config.capnp'), configuration(port, env, modules));
  return bytes;
}

/** The recipe as its user writes it who bundles an index too, or takes the student with words. */
function withParts(recipe: string, { snapshot, documents, words }: Bundle): string {
  const text = words
    ? recipe
        .replace('import { worker }', 'import { withWordBuckets, worker }')
        .replace(/student: (\{.*?\}),/s, 'student: withWordBuckets($1),')
    : recipe;
  const [imports, parts] = [[] as string[], [] as string[]];
  if (snapshot) {
    imports.push("import snapshot from 'bundled/snapshot';");
    parts.push('snapshot: new Uint8Array(snapshot),');
  }
  if (documents !== undefined) {
    imports.push("import documents from 'bundled/documents';");
    parts.push('documents,');
  }
  return [...imports, text.replace('worker({', `worker({ ${parts.join(' ')}`)].join('\n');
}

function configuration(
  port: number,
  env: Readonly<Record<string, string>>,
  assets: readonly (readonly [specifier: string, type: ModuleType])[],
): string {
  const modules = assets.map(([name, type]) => `(name = "${name}", ${type} = embed "${name}")`);
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
  modules = [${['(name = "worker.js", esModule = embed "worker.js")', ...modules].join(', ')}],
  bindings = [${bindings.join(', ')}],
  compatibilityDate = "2026-11-01",
);
`;
}
