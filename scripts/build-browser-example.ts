// Writes the example page of recipes/browser, ready to be put on any server of files.
//   node scripts/bun.mjs scripts/build-browser-example.ts [OUT]
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pageStyle } from '../src/http/page/page-style.ts';

const root = join(import.meta.dirname, '..');
const from = join(root, 'recipes/browser');
const out = process.argv[2] ?? join(from, 'dist');

const browser = { target: 'browser', minify: true, outdir: out } as const;
const { outputs } = await Bun.build({
  entrypoints: ['page.ts', 'worker.ts'].map((name) => join(from, name)),
  ...browser,
  splitting: true,
  plugins: [
    {
      name: 'onnxruntime',
      setup(build) {
        // Node, Bun and Deno need its main entry to start threads; in a page it would be a copy that nothing loads.
        build.onResolve({ filter: /^onnxruntime-web$/ }, ({ importer }) => ({
          path: Bun.resolveSync('onnxruntime-web/wasm', dirname(importer)),
        }));
      },
    },
  ],
});

// What the kernels' other threads run: a file of its own, beside the rest.
await Bun.build({ entrypoints: [join(root, 'src/kernels/threads/crew-thread.ts')], ...browser });

// onnxruntime's scripts look for their modules beside themselves.
const runtime = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
const scripts = await Promise.all(outputs.map((output) => output.text()));
const modules = new Set(scripts.flatMap((text) => text.match(/ort-wasm[\w.-]*\.wasm/g) ?? []));

await mkdir(join(out, 'student'), { recursive: true });
await writeFile(join(out, 'style.css'), `${pageStyle}\n${await readFile(join(from, 'style.css'), 'utf8')}`);
await cp(join(from, 'index.html'), join(out, 'index.html'));
await cp(join(root, 'assets/student'), join(out, 'student'), { recursive: true });
for (const name of ['chelated-kernels.wasm', 'chelated-kernels-threads.wasm', 'chelated-wordpiece.wasm']) {
  await cp(join(root, 'assets', name), join(out, name));
}
for (const name of modules) await cp(join(runtime, name), join(out, name));
