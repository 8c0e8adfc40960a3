// Requests a second of /v1/correct beside an echo of the same vectors by the same Hono app, under wrk with 32 connections.
//   node scripts/bun.mjs bench/http.bench.ts [--seconds 4] [--rounds 3] [--json]
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadKernels } from '../src/kernels/load.ts';
import { row } from '../src/matrix.ts';
import { random } from '../src/random.ts';
import { normalMatrix } from '../test/adapter/samples.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const dims = 384;
const connections = 32;
const json = 'application/json';
const binary = 'application/octet-stream';

const kernels = await loadKernels();
const folder = await mkdtemp(join(tmpdir(), 'chelated-bench-'));
const child = Bun.spawn([process.execPath, join(import.meta.dirname, 'http/correct-server.ts')], { stdout: 'pipe' });
const { value } = await child.stdout.getReader().read();
const url = new TextDecoder().decode(value).trim();

interface Variant {
  readonly name: string;
  readonly path: string;
  readonly type: string;
  readonly body: (vectors: readonly Float32Array[]) => Uint8Array;
}

const bytes = (vectors: readonly Float32Array[]) =>
  new Uint8Array(Buffer.concat(vectors.map((x) => Buffer.from(x.slice().buffer))));
const text = (value: object) => new TextEncoder().encode(JSON.stringify(value));
const variants: readonly Variant[] = [
  { name: 'echo', path: '/echo', type: json, body: (vectors) => text({ vectors: vectors.map((x) => Array.from(x)) }) },
  {
    name: 'correct',
    path: '/v1/correct',
    type: json,
    body: (vectors) => text({ vectors: vectors.map((x) => Array.from(x)) }),
  },
  {
    name: 'correct, base64',
    path: '/v1/correct',
    type: json,
    body: (vectors) =>
      text({ vectors_base64: Buffer.from(bytes(vectors)).toString('base64'), encoding_format: 'base64' }),
  },
  { name: 'correct, binary', path: '/v1/correct', type: binary, body: bytes },
  { name: 'echo, binary', path: '/echo-bytes', type: binary, body: bytes },
];

const results: { batch: number; figures: Record<string, number> }[] = [];
for (const batch of [1, 32, 256]) {
  const X = kernels.normalize(normalMatrix(random(1), batch, dims));
  const vectors = Array.from({ length: batch }, (_, i) => row(X, i));
  const rates = new Map<string, number[]>(variants.map(({ name }) => [name, []]));
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const variant of round % 2 === 0 ? variants : variants.toReversed()) {
      const rate = await requestsPerSecond(variant, variant.body(vectors));
      if (round > 0) rates.get(variant.name)!.push(rate); // the first round warms up
    }
  }
  const figures = Object.fromEntries(
    Array.from(rates, ([name, all]) => [name, all.toSorted((a, b) => a - b)[all.length >> 1]!]),
  );
  results.push({ batch, figures });
}
child.kill();
await rm(folder, { recursive: true });

if (values.json) console.log(JSON.stringify({ dims, connections, bun: Bun.version, results }));
else {
  console.log(
    `Bun ${Bun.version}, d ${dims}, affine, ${connections} connections, requests a second, median of ${values.rounds}`,
  );
  console.log('batch'.padEnd(8), ...variants.map(({ name }) => name.padStart(16)), 'correct/echo'.padStart(14));
  for (const { batch, figures } of results) {
    const cells = variants.map(({ name }) => figures[name]!.toFixed(0).padStart(16));
    console.log(String(batch).padEnd(8), ...cells, (figures.correct! / figures.echo!).toFixed(2).padStart(14));
  }
}

async function requestsPerSecond({ path, type }: Variant, body: Uint8Array): Promise<number> {
  const bodyFile = join(folder, 'body');
  const script = join(folder, 'post.lua');
  await writeFile(bodyFile, body);
  await writeFile(
    script,
    `local file = io.open("${bodyFile}", "rb")\nwrk.method = "POST"\nwrk.body = file:read("*a")\nwrk.headers["Content-Type"] = "${type}"\n`,
  );
  const wrk = Bun.spawnSync(['wrk', '-t1', `-c${connections}`, `-d${values.seconds}s`, '-s', script, `${url}${path}`]);
  const printed = wrk.stdout.toString();
  const refused = /Non-2xx or 3xx responses: (\d+)/.exec(printed)?.[1];
  const rate = /Requests\/sec:\s+([\d.]+)/.exec(printed)?.[1];
  if (refused !== undefined || rate === undefined) throw new Error(`${path}: ${printed}${wrk.stderr}`);
  return Number(rate);
}
