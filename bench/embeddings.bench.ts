// The headline table: requests a second of /v1/embeddings on SciFact's texts, under wrk with 32 connections, with the static student
// and with student + adapter, beside a text-embeddings server that runs MiniLM in Python (peers/embeddings); and nDCG@10 of each.
//   CHELATED_DATA=… CHELATED_MODELS=… CHELATED_VECTORS=… CHELATED_PYTHON=python node scripts/bun.mjs bench/embeddings.bench.ts
//     [--seconds 10] [--peer-seconds 60] [--rounds 3] [--workers 2] [--threads 1] [--json]
//
// One text: the judged queries in turn. Batches: 32 documents a request, in the order of the collection. The same texts to both servers.
// nDCG of the student and of student + adapter is of the vectors that the server answered for all documents and queries, of MiniLM
// of the stored vectors, which the answers of the peer for 64 documents and 64 queries must agree with.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeAdapter } from '../src/adapter/write-adapter.ts';
import { distil } from '../src/distil/distil.ts';
import { readNpy } from '../src/encode/npy.ts';
import { openEncoder } from '../src/encode/open-encoder.ts';
import { evaluate } from '../src/evaluate/evaluate.ts';
import { judgedQueries } from '../src/evaluate/judged-queries.ts';
import { readDataset } from '../src/evaluate/read-dataset.ts';
import { type ReportRow, reportTable } from '../src/evaluate/report-table.ts';
import { loadKernels } from '../src/kernels/load.ts';
import { type Matrix, matrix, row } from '../src/matrix.ts';
import { type LoadFigures, load, median } from './http/load.ts';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    'peer-seconds': { type: 'string', default: '60' },
    rounds: { type: 'string', default: '3' },
    workers: { type: 'string', default: '2' },
    threads: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const { CHELATED_DATA: data, CHELATED_MODELS: models, CHELATED_VECTORS: stored, CHELATED_PYTHON: python } = process.env;
if (!data || !models || !stored || !python) {
  throw new Error(
    'set CHELATED_DATA, CHELATED_MODELS, CHELATED_VECTORS and CHELATED_PYTHON (with peers/embeddings/requirements.txt)',
  );
}
const teacher = 'all-MiniLM-L6-v2';
const connections = 32;
const batch = 32;

const kernels = await loadKernels();
const dataset = await readDataset(join(data, 'scifact'));
const documents = dataset.documents.map(({ text }) => text);
const queries = dataset.queries.map(({ text }) => text);
const vectors = {
  documents: readNpy(await Bun.file(join(stored, teacher, 'scifact/documents.npy')).bytes()),
  queries: readNpy(await Bun.file(join(stored, teacher, 'scifact/queries.npy')).bytes()),
};
const folder = await mkdtemp(join(tmpdir(), 'chelated-embeddings-'));
const adapter = join(folder, 'scifact.onnx');
await distilTo(adapter);

const ours = Bun.spawn([process.execPath, join(import.meta.dirname, 'http/embeddings-server.ts'), adapter], {
  stdout: 'pipe',
});
const { value } = await ours.stdout.getReader().read();
const ourUrl = new TextDecoder().decode(value).trim();
const peerUrl = 'http://127.0.0.1:8917';

interface Server {
  readonly name: string;
  readonly url: string;
  readonly model: string;
  readonly seconds: number;
}
const servers: readonly Server[] = [
  { name: 'student', url: ourUrl, model: 'student', seconds: Number(options.seconds) },
  { name: 'student + adapter', url: ourUrl, model: 'student+adapter', seconds: Number(options.seconds) },
  { name: 'MiniLM in Python', url: peerUrl, model: teacher, seconds: Number(options['peer-seconds']) },
];

try {
  const quality = [
    ndcg(await embedded(servers[0]!, documents, 'document'), await embedded(servers[0]!, queries, 'query')),
    ndcg(await embedded(servers[1]!, documents, 'document'), await embedded(servers[1]!, queries, 'query')),
    ndcg(vectors.documents, vectors.queries),
  ];
  const [version, agreement] = await withPeer(async (version) => [version, await peerAgreement()] as const);
  const one = judgedQueries(dataset).map((i) => [queries[i]!]);
  const [single, batches, waits] = [0, 1, 2].map(() => servers.map((): number[] => [])) as [Taken, Taken, Taken];
  // Servers take turns, the order reversed each round; the first round warms up.
  for (let round = 0; round <= Number(options.rounds); round++) {
    for (const i of round % 2 === 0 ? [0, 1, 2] : [2, 1, 0]) {
      const alone = await ask(servers[i]!, one, 'query', round);
      const together = await ask(servers[i]!, inBatches(documents), 'document', round);
      if (round === 0) continue;
      single[i]!.push(alone.rate);
      waits[i]!.push(alone.p50);
      batches[i]!.push(together.rate);
    }
  }
  const figures = servers.map(({ name }, i) => ({
    name,
    ndcg: quality[i]!,
    single: median(single[i]!),
    p50: median(waits[i]!),
    batches: median(batches[i]!),
  }));
  report(figures, version, agreement);
} finally {
  ours.kill();
  await rm(folder, { recursive: true });
}

/** Runs with the Python server up. It is there for no longer: what its clients no longer wait for it would go on computing. */
async function withPeer<T>(work: (version: string) => Promise<T>): Promise<T> {
  const flags = ['--workers', options.workers, '--no-access-log', '--timeout-graceful-shutdown', '1'];
  const peer = Bun.spawn([python!, '-m', 'uvicorn', 'serve:app', '--port', new URL(peerUrl).port, ...flags], {
    cwd: join(import.meta.dirname, 'peers/embeddings'),
    env: { ...process.env, MODEL: join(models!, teacher), THREADS: options.threads },
    stdout: 'ignore',
    stderr: 'ignore',
  });
  try {
    return await work(await ready(peerUrl));
  } finally {
    peer.kill();
    await peer.exited;
  }
}

async function peerAgreement(): Promise<number> {
  const peer = servers.at(-1)!;
  return Math.min(
    lowestCosine(await embedded(peer, documents.slice(0, 64), 'document'), vectors.documents),
    lowestCosine(await embedded(peer, queries.slice(0, 64), 'query'), vectors.queries),
  );
}

/** The default adapter, distilled from the stored vectors without any judgement. */
async function distilTo(file: string): Promise<void> {
  const student = await openEncoder('static', { kernels });
  const { parts, card } = await distil({
    documents: { ids: dataset.documents.map(({ id }) => id), texts: documents },
    student,
    teacherVectors: vectors.documents,
    teacherId: teacher,
    kernels,
  });
  await writeFile(file, await writeAdapter(parts, card));
  student.dispose();
}

async function ready(url: string): Promise<string> {
  for (let tries = 0; tries < 600; tries++) {
    const answer = await fetch(`${url}/health`).catch(() => null);
    if (answer?.ok) return (await answer.json()).onnxruntime;
    await Bun.sleep(100);
  }
  throw new Error('the Python server did not start; has CHELATED_PYTHON the requirements of peers/embeddings?');
}

function bodyOf({ model, url }: Server, texts: readonly string[], role: 'query' | 'document'): string {
  const input = texts.length === 1 ? texts[0] : texts;
  return JSON.stringify({ model, input, encoding_format: 'float', ...(url === ourUrl && { input_type: role }) });
}

function inBatches(texts: readonly string[]): string[][] {
  const count = Math.floor(texts.length / batch);
  return Array.from({ length: count }, (_, i) => texts.slice(i * batch, (i + 1) * batch));
}

async function embedded(server: Server, texts: readonly string[], role: 'query' | 'document'): Promise<Matrix> {
  let all: Matrix | undefined;
  for (let from = 0; from < texts.length; from += batch) {
    const answer = await fetch(`${server.url}/v1/embeddings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: bodyOf(server, texts.slice(from, from + batch), role),
    });
    if (!answer.ok) throw new Error(await answer.text());
    const { data } = (await answer.json()) as { data: { index: number; embedding: number[] }[] };
    all ??= matrix(texts.length, data[0]!.embedding.length);
    for (const { index, embedding } of data) row(all, from + index).set(embedding);
  }
  return all!;
}

function ndcg(D: Matrix, Q: Matrix): number {
  return evaluate({ dataset, kernels, documents: D, queries: Q })['ndcg@10'];
}

/** Of the first rows of both. */
function lowestCosine(X: Matrix, Y: Matrix): number {
  const unit = kernels.normalize(matrix(X.rows, Y.dims, Y.data.slice(0, X.rows * Y.dims)));
  return Math.min(...Array.from({ length: X.rows }, (_, i) => kernels.dot(row(X, i), row(unit, i))));
}

async function ask(
  server: Server,
  texts: readonly (readonly string[])[],
  role: 'query' | 'document',
  round: number,
): Promise<LoadFigures> {
  const bodies = texts.map((each) => new TextEncoder().encode(bodyOf(server, each, role)));
  const url = `${server.url}/v1/embeddings`;
  const seconds = round === 0 ? Math.min(5, server.seconds) : server.seconds;
  const measure = () => load({ url, type: 'application/json', bodies, connections, seconds });
  return server.url === peerUrl ? withPeer(measure) : measure();
}

type Taken = number[][];

interface Figures {
  readonly name: string;
  readonly ndcg: number;
  readonly single: number;
  readonly p50: number;
  readonly batches: number;
}

function report(figures: readonly Figures[], version: string, agreement: number): void {
  if (options.json) {
    console.log(JSON.stringify({ connections, batch, version, agreement, figures }));
    return;
  }
  console.log(
    `SciFact, ${connections} connections, median of ${options.rounds}; Bun ${Bun.version}; Python: onnxruntime ${version}, ` +
      `${options.workers} worker(s) of ${options.threads} thread(s), lowest cosine to the stored vectors ${agreement.toFixed(4)}`,
  );
  const peer = figures.at(-1)!;
  const rows: ReportRow[] = figures.map(({ name, ndcg, single, p50, batches }) => ({
    name,
    figures: [
      Number(ndcg.toFixed(3)),
      Number(single.toPrecision(4)),
      Number((single / peer.single).toPrecision(3)),
      Number(p50.toPrecision(3)),
      Number(batches.toPrecision(3)),
      Number((batches * batch).toPrecision(4)),
      Number((batches / peer.batches).toPrecision(3)),
    ],
  }));
  const columns = ['nDCG@10', 'one text: req/s', '× Python', 'p50 ms', `${batch} texts: req/s`, 'texts/s', '× Python'];
  console.log(reportTable(columns, rows));
}
