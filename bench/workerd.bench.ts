// Cold starts of the real workerd binary: milliseconds from the start of the process to the first answer.
//   node scripts/bun.mjs bench/workerd.bench.ts [--runs 21] [--adapter FILE] [--json]
//
// ok: a worker that answers "ok", so workerd's own start. kernels: loaded, checked, one vector normalised. worker: the recipe, with the
// shipped student bundled and its adapter fetched from a server on this machine, to the first corrected vector of a text.
// Workers take turns; medians, and the median of each run's difference to the "ok" of the same run.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeAdapter } from '../src/adapter/write-adapter.ts';
import { openEncoder } from '../src/encode/open-encoder.ts';
import { reportTable } from '../src/evaluate/report-table.ts';
import { loadKernels } from '../src/kernels/load.ts';
import { sample } from '../test/adapter/samples.ts';
import { bundleWorker, workerdBinary } from '../test/runtime/bundle-worker.ts';
import { median } from './http/load.ts';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '21' },
    adapter: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const file = options.adapter === undefined ? await affine() : await readFile(options.adapter);
const shelf = Bun.serve({ port: 0, fetch: () => new Response(file.slice()) });
const folder = await mkdtemp(join(tmpdir(), 'chelated-workerd-'));

interface Worker {
  readonly name: string;
  readonly folder: string;
  readonly bytes: number;
  readonly ask: () => Promise<Response>;
}
const workers: readonly Worker[] = [
  await bundled('ok', { entry: join(import.meta.dirname, 'workerd/ok.js') }, (url) => fetch(url)),
  await bundled('kernels', { entry: join(import.meta.dirname, 'workerd/kernels.js') }, (url) => fetch(url)),
  await bundled(
    'worker',
    { env: { CHELATED_KEY_USE: 'key', CHELATED_ADAPTER_URL: `http://localhost:${shelf.port}/adapter.onnx` } },
    async (url) => {
      const headers = { 'content-type': 'application/json', authorization: 'Bearer key' };
      const body = '{"texts":["a wading bird"]}';
      const answer = await fetch(`${url}/v1/correct`, { method: 'POST', headers, body });
      if ((await answer.clone().json()).generation !== 1) throw new Error(await answer.text());
      return answer;
    },
  ),
];

const taken = new Map<string, number[]>(workers.map(({ name }) => [name, []]));
// The first run has the files read from the disk.
for (let run = 0; run <= Number(options.runs); run++) {
  for (const worker of run % 2 === 0 ? workers : workers.toReversed()) {
    const ms = await coldStart(worker);
    if (run > 0) taken.get(worker.name)!.push(ms);
  }
}
await shelf.stop(true);
await rm(folder, { recursive: true });

const starts = taken.get('ok')!;
const figures = workers.map(({ name, bytes }) => {
  const all = taken.get(name)!;
  const own = all.map((ms, run) => ms - starts[run]!);
  return { name, bytes, ms: median(all), least: Math.min(...all), own: median(own) };
});
if (options.json) console.log(JSON.stringify(figures));
else {
  const cells = figures.map(({ name, bytes, ms, least, own }) => ({
    name,
    figures: [
      Number((bytes / 1e6).toPrecision(3)),
      Number(ms.toFixed(1)),
      Number(least.toFixed(1)),
      Number(own.toFixed(1)),
    ],
  }));
  console.log(`workerd, ${options.runs} cold starts each, milliseconds to the first answer`);
  console.log(reportTable(['MB', 'median', 'least', 'without workerd’s own start'], cells));
}

async function affine(): Promise<Uint8Array> {
  const student = await openEncoder('static', { kernels: await loadKernels() });
  const { parts, card } = sample('affine', 1, { dIn: student.dims, dOut: 384, vocabulary: 0, bias: true });
  const made = await writeAdapter(parts, { ...card, baseFingerprint: student.baseFingerprint, student: student.id });
  student.dispose();
  return made;
}

async function bundled(
  name: string,
  parts: Omit<Parameters<typeof bundleWorker>[1], 'port'>,
  ask: (url: string) => Promise<Response>,
): Promise<Worker> {
  const free = Bun.serve({ port: 0, fetch: () => new Response() });
  const port = free.port!;
  await free.stop(true);
  const own = await mkdtemp(join(folder, name));
  const bytes = await bundleWorker(own, { port, ...parts });
  return { name, folder: own, bytes, ask: () => ask(`http://127.0.0.1:${port}`) };
}

async function coldStart({ name, folder, ask }: Worker): Promise<number> {
  const started = performance.now();
  const child = Bun.spawn([workerdBinary, 'serve', join(folder, 'config.capnp')], {
    stdout: 'ignore',
    stderr: 'ignore',
  });
  try {
    for (;;) {
      const answer = await ask().catch((error: { code?: string }) => {
        if (error.code !== 'ECONNREFUSED') throw error;
        return null;
      });
      if (answer?.ok) {
        await answer.arrayBuffer();
        return performance.now() - started;
      }
      if (answer) throw new Error(`${name}: ${await answer.text()}`);
      if (child.exitCode !== null) throw new Error(`${name}: workerd ended with ${child.exitCode}`);
      await Bun.sleep(1);
    }
  } finally {
    child.kill();
    await child.exited;
  }
}
