import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { deno, systemNode } from '../helpers/runtimes.ts';

const root = new URL('../..', import.meta.url).pathname;
const npm = Bun.which('npm');

const program = `
import { openEncoder } from 'chelated/encode';
import { loadKernels } from 'chelated/kernels';
const kernels = await loadKernels();
const student = await openEncoder('static', { kernels });
const { vectors } = await student.encode(['a wing in a slipstream', 'boundary layer'], { role: 'document' });
console.log(JSON.stringify({ kernels: kernels.name, rows: vectors.rows, dims: vectors.dims, norm: Math.hypot(...vectors.data.subarray(0, vectors.dims)) }));
`;

/** The HTTP app on this runtime's own server, asked as clients do that a test inside one process cannot be. */
const server = `
import { createApp } from 'chelated/http';
import { serve } from './node_modules/chelated/dist/runtime/serve.js';
const faults = [];
const search = async ({ query }) => ({ fingerprint: '', generation: 0, mode: 'baseline', fallback: null, hits: [{ id: query, score: 1, text: '' }] });
const collection = { info: () => ({ adapter: null }), search };
const engine = { collection: () => collection };
const { url, close } = await serve(createApp({ engine, onFault: (error) => faults.push(String(error)) }), { host: '127.0.0.1', port: 0, closeMs: 200 });
const post = (body) => fetch(url + '/v1/search', { method: 'POST', headers: { 'content-type': 'application/json' }, body, duplex: 'half' });
const parts = (...texts) => new ReadableStream({ start(to) { for (const text of texts) to.enqueue(new TextEncoder().encode(text)); to.close(); } });
const chunked = await (await post(parts('{"query": "a', ' b"}'))).json();
const long = parts(...Array(10).fill('x'.repeat(1 << 20)));
const tooLong = await post(long).then((answer) => answer.status, () => 413);
const options = await fetch(url + '/v1/search', { method: 'OPTIONS' });
fetch(url + '/v1/search', { method: 'POST', headers: { 'content-type': 'application/json' }, body: new ReadableStream(), duplex: 'half' }).catch(() => {});
await new Promise((resolve) => setTimeout(resolve, 100));
const started = performance.now();
await close();
const closed = performance.now() - started < 5000;
console.log(JSON.stringify({ found: chunked.hits?.[0].id, tooLong, options: options.status, faults, closed }));
process.exit();
`;

async function run(command: readonly string[], cwd: string): Promise<string> {
  const child = Bun.spawn([...command], { cwd, stdout: 'pipe', stderr: 'pipe' });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}\n${out}\n${err}`);
  return out;
}

// Bun alone has no `npm pack`; the package itself is the same.
describe.skipIf(npm === null)('the packed package, installed into an empty project', () => {
  let project: string;

  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'chelated-package-'));
    await run([npm!, 'pack', '--silent', '--pack-destination', project], root);
    const tarball = (await readdir(project)).find((name) => name.endsWith('.tgz'))!;
    await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
    await writeFile(join(project, 'use.mjs'), program);
    await writeFile(join(project, 'serve.mjs'), server);
    await run([npm!, 'install', '--silent', '--ignore-scripts', '--prefer-offline', join(project, tarball)], project);
  }, 300_000);

  afterAll(() => rm(project, { recursive: true, force: true }));

  const runtimes: readonly [name: string, command: readonly string[]][] = [
    ['Node', [systemNode!]],
    ['Bun', [process.execPath]],
    ['Deno', [deno, 'run', '--allow-read', '--allow-env', '--allow-net', '--node-modules-dir=manual']],
  ];
  for (const [name, command] of runtimes) {
    test(`embeds with the shipped student in ${name}`, async () => {
      const answer = JSON.parse(await run([...command, 'use.mjs'], project));
      expect(answer).toMatchObject({ kernels: 'simd', rows: 2, dims: 256 });
      expect(answer.norm).toBeCloseTo(1, 6);
    });

    test(`reads a body whose length is not announced, up to the limit, in ${name}`, async () => {
      const answer = JSON.parse(await run([...command, 'serve.mjs'], project));
      expect(answer).toEqual({ found: 'a b', tooLong: 413, options: 405, faults: [], closed: true });
    });
  }

  test('has every export it names, with types', async () => {
    const modules = Object.entries(packageJson.exports).flatMap(([path, target]) =>
      typeof target === 'string' ? [] : [path],
    );
    const code = modules.map((path) => `await import('chelated${path.slice(1)}');`).join('\n');
    await writeFile(join(project, 'exports.mjs'), code);
    await run([systemNode!, 'exports.mjs'], project);
    const files = Object.values(packageJson.exports).map((target) =>
      typeof target === 'string' ? target : target.types,
    );
    for (const file of files)
      expect(await Bun.file(join(project, 'node_modules/chelated', file)).exists(), file).toBe(true);
  });

  test('gives the command', async () => {
    expect(await run([join(project, 'node_modules/.bin/chelated'), '--help'], project)).toContain('distil');
  });
});
