// Requests a second of /v1/correct beside echoes of the same vectors by the same Hono app, under wrk with 32 connections.
//   node scripts/bun.mjs bench/http.bench.ts [--seconds 4] [--rounds 3] [--json]
//
// echo: a route that differs from /v1/correct in its last step alone, which answers the vectors as they were parsed. Before it, as
//   before every route: request id and metrics, who may call, room among the requests in flight, a deadline, the limit of the body,
//   its JSON, and the schema of /v1/correct.
// bare echo: of all that the request id and the metrics; Hono's own parsing, and nothing checked.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadKernels } from '../src/kernels/load.ts';
import { row } from '../src/matrix.ts';
import { random } from '../src/random.ts';
import { normalMatrix } from '../test/adapter/samples.ts';
import { load, median } from './http/load.ts';

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
const vectorsOf = (vectors: readonly Float32Array[]) => text({ vectors: vectors.map((x) => Array.from(x)) });
const variants: readonly Variant[] = [
  { name: 'bare echo', path: '/bare-echo', type: json, body: vectorsOf },
  { name: 'echo', path: '/echo', type: json, body: vectorsOf },
  { name: 'correct', path: '/v1/correct', type: json, body: vectorsOf },
  {
    name: 'correct, base64',
    path: '/v1/correct',
    type: json,
    body: (vectors) =>
      text({ vectors_base64: Buffer.from(bytes(vectors)).toString('base64'), encoding_format: 'base64' }),
  },
  { name: 'correct, binary', path: '/v1/correct', type: binary, body: bytes },
  { name: 'bare echo, binary', path: '/bare-echo-bytes', type: binary, body: bytes },
];

const results: { batch: number; figures: Record<string, number> }[] = [];
for (const batch of [1, 32, 256]) {
  const X = kernels.normalize(normalMatrix(random(1), batch, dims));
  const vectors = Array.from({ length: batch }, (_, i) => row(X, i));
  const rates = new Map<string, number[]>(variants.map(({ name }) => [name, []]));
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const variant of round % 2 === 0 ? variants : variants.toReversed()) {
      const { path, type } = variant;
      const bodies = [variant.body(vectors)];
      const { rate } = await load({ url: `${url}${path}`, type, bodies, connections, seconds: Number(values.seconds) });
      if (round > 0) rates.get(variant.name)!.push(rate); // the first round warms up
    }
  }
  const figures = Object.fromEntries(Array.from(rates, ([name, all]) => [name, median(all)]));
  results.push({ batch, figures });
}
child.kill();

if (values.json) console.log(JSON.stringify({ dims, connections, bun: Bun.version, results }));
else {
  console.log(
    `Bun ${Bun.version}, d ${dims}, affine, ${connections} connections, requests a second, median of ${values.rounds}`,
  );
  const ratios = ['correct/echo', 'correct/bare'];
  console.log('batch'.padEnd(6), ...[...variants.map(({ name }) => name), ...ratios].map((name) => name.padStart(17)));
  for (const { batch, figures } of results) {
    const rates = variants.map(({ name }) => figures[name]!.toFixed(0));
    const shares = ['echo', 'bare echo'].map((name) => (figures.correct! / figures[name]!).toFixed(2));
    console.log(String(batch).padEnd(6), ...[...rates, ...shares].map((cell) => cell.padStart(17)));
  }
}
