import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium as chrome } from 'playwright-core';
import { chromium } from '../helpers/chromium.ts';
import { deno, node24, systemNode } from '../helpers/runtimes.ts';

setDefaultTimeout(60_000);

const root = new URL('../../', import.meta.url);

/**
 * Threads of the built package compared with one thread, once they are there; then nothing ends them.
 * `dist` is where the package lies, `say` takes what was found.
 */
const program = (dist: string, say: string) => `
const kernelsOf = (file) => import(new URL(file, '${dist}kernels/').href);
const { loadKernels } = await kernelsOf('index.js');
const { threadedKernels } = await kernelsOf('threads/threaded-kernels.js');
const { threadStarter } = await kernelsOf('threads/start-thread.js');
const { Calls } = await kernelsOf('threads/calls.js');
const numbers = (rows, dims, pace) => ({ rows, dims, data: Float32Array.from({ length: rows * dims }, (_, i) => Math.round(40 * Math.sin(pace * i))) });
const [A, B, X, Q] = [numbers(1500, 96, .7), numbers(96, 200, 1.3), numbers(9000, 32, .9), numbers(9, 32, 1.7)];
const answers = (kernels) => {
  const { indices, scores } = kernels.topK(X, Q, 20);
  return [kernels.gemm(A, B).data, kernels.gemm(A, A, { transposeA: true }).data, indices, scores].map((array) => array.join());
};
const expected = answers(await loadKernels());
const usual = await loadKernels({ threads: 2 });
const found = { name: usual.name, fallback: usual.fallback ?? null, ready: 0, equal: answers(usual).join() === expected.join() };
if (usual.name === 'threads') {
  let buffer;
  const start = threadStarter();
  const kernels = await threadedKernels({ threads: 3 }, { leastWork: 0, start: (parts, onFailure) => (buffer = parts.calls, start(parts, onFailure)) });
  answers(kernels);
  const calls = new Calls(buffer);
  for (let tries = 0; calls.ready < 2 && tries < 1000; tries++) await new Promise((resolve) => setTimeout(resolve, 10));
  found.ready = calls.ready;
  for (let round = 0; round < 20; round++) found.equal &&= answers(kernels).join() === expected.join();
  found.fallback = kernels.fallback ?? null;
}
${say}(found);
`;

const all = { name: 'threads', fallback: null, ready: 2, equal: true };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chelated-threads-'));
  await writeFile(
    join(folder, 'program.mjs'),
    program(new URL('dist/', root).href, '((found) => console.log(JSON.stringify(found)))'),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

for (const [name, command] of [
  ['Bun', [process.execPath]],
  ['Deno', [deno, 'run', '--allow-all']],
  ['Node 24', [node24]],
  ['the Node of this machine', [systemNode]],
] as const) {
  // Why skipped: no such binary here.
  test.skipIf(command[0] === null)(
    `${name} has threads, which say what one says and keep no program running`,
    async () => {
      const child = Bun.spawn([...(command as readonly string[]), join(folder, 'program.mjs')], {
        stderr: 'inherit',
        timeout: 50_000,
      });
      const said = await new Response(child.stdout).text();
      expect(await child.exited).toBe(0);
      expect(JSON.parse(said)).toEqual(all);
    },
  );
}

// Why skipped: there is no Chromium here. CHELATED_BROWSER names one.
describe.skipIf(chromium === null)('Chromium', () => {
  const isolating = {
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  };
  let server: ReturnType<typeof Bun.serve>;
  let browser: Browser;
  beforeAll(async () => {
    server = Bun.serve({
      port: 0,
      fetch: async (request) => {
        const { pathname, searchParams, origin } = new URL(request.url);
        const headers = searchParams.has('alone') ? {} : isolating;
        const script = { headers: { ...headers, 'content-type': 'text/javascript' } };
        if (pathname === '/')
          return new Response('<!doctype html><link rel="icon" href="data:,">', {
            headers: { ...headers, 'content-type': 'text/html' },
          });
        if (pathname === '/worker.js') return new Response(program(`${origin}/dist/`, 'postMessage'), script);
        return new Response(Bun.file(new URL(`.${pathname}`, root)), { headers });
      },
    });
    browser = await chrome.launch({ executablePath: chromium!, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop(true);
  });

  const inWorker = `new Promise((resolve, reject) => {
    const worker = new Worker('/worker.js' + location.search, { type: 'module' });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message || 'the worker does not load'));
  })`;
  const inPage = `(async () => { ${program("' + location.origin + '/dist/", 'return ')} })()`;

  for (const [where, query, run, expected] of [
    ['a worker of an isolated page has threads, which say what one says', '', inWorker, all],
    [
      'an isolated page itself has none, since it must not wait',
      '',
      inPage,
      { ...all, name: 'simd', ready: 0, fallback: expect.stringContaining('must not wait') },
    ],
    [
      'a page that is not isolated has none',
      '?alone',
      inWorker,
      { ...all, name: 'simd', ready: 0, fallback: expect.stringContaining('no shared memory') },
    ],
  ] as const) {
    test(where, async () => {
      const page = await browser.newPage();
      await page.goto(`http://localhost:${server.port}/${query}`);
      expect(await page.evaluate(run)).toEqual(expected);
      await page.close();
    });
  }
});
