// Static encoding: documents a second over SciFact's abstracts, and the time of one query; beside Python's model2vec on one
// thread, which loads the same table (int8 rows times their weights, as f32) exported to its own layout, and knows no context gate.
//   CHELATED_DATA=… [CHELATED_PYTHON=python] node scripts/bun.mjs bench/encode.bench.ts [--adapter scifact.onnx] [--student static]
// --adapter also times a query encoded and corrected by an adapter that was distilled for the student.
// CHELATED_PYTHON has bench/peers/model2vec/requirements.txt installed; without it the peer's row is left out.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadAdapter } from '../src/adapter/load-adapter.ts';
import { config } from '../src/config.ts';
import type { Encoder } from '../src/encode/encoder.ts';
import { readNpy } from '../src/encode/npy.ts';
import { openEncoder } from '../src/encode/open-encoder.ts';
import { writeSafetensors } from '../src/encode/safetensors.ts';
import { shippedStudent } from '../src/encode/student-folder.ts';
import { adapterInput } from '../src/engine/adapter-input.ts';
import { judgedQueries } from '../src/evaluate/judged-queries.ts';
import { readDataset } from '../src/evaluate/read-dataset.ts';
import { type ReportRow, reportTable } from '../src/evaluate/report-table.ts';
import { loadKernels } from '../src/kernels/load.ts';
import { dequantize } from '../src/kernels/reference/dequantize.ts';
import { type Matrix, row } from '../src/matrix.ts';

interface Figures {
  readonly first: number; // documents a second, nothing in the caches
  readonly documents: number; // documents a second, median of three more rounds
  readonly p50: number; // µs a query
  readonly p99: number;
}

const data = process.env.CHELATED_DATA;
if (!data) throw new Error('CHELATED_DATA must name the folder that holds scifact');
const dataset = await readDataset(join(data, 'scifact'));
const documents = dataset.documents.map(({ text }) => text);
const queries = judgedQueries(dataset).map((position) => dataset.queries[position]!.text);

const { values: options } = parseArgs({
  options: { adapter: { type: 'string' }, student: { type: 'string', default: config.plainStudent } },
});
const kernels = await loadKernels();
const start = performance.now();
const encoder = await openEncoder(options.student, { kernels });
const opened = performance.now() - start;
const { figures, vectors } = await ourFigures(encoder);
const tokenizing = percentiles(times(queries, (query) => encoder.tokenizer.encode(query, encoder.maxTokens)));

const runtime = process.versions.bun ? `Bun ${process.versions.bun}` : `Node ${process.version}`;
console.log(`${documents.length} documents, ${queries.length} queries of SciFact; ${runtime}, kernels ${kernels.name}`);
console.log(`opened in ${opened.toFixed(0)} ms; of a query's p50 the tokenizer has ${tokenizing.p50.toFixed(1)} µs`);
const rows: ReportRow[] = [line('chelated', figures)];
if (options.adapter !== undefined) {
  const adapter = await loadAdapter(await readFile(options.adapter), { encoder, kernels });
  const spent = await queryTimes(async (query) => {
    const { input } = await adapterInput(encoder, [query], adapter.card.needs, { role: 'query' });
    await adapter.correct(input);
  });
  const { p50, p99 } = percentiles(spent);
  rows.push({
    name: `and ${adapter.card.kind}`,
    figures: [null, null, Number(p50.toFixed(1)), Number(p99.toFixed(1))],
  });
  await adapter.dispose();
}
const python = process.env.CHELATED_PYTHON;
if (python) {
  const { version, agreement, ...peer } = await peerFigures(python, encoder, vectors);
  rows.push(line(`model2vec ${version}, 1 thread`, peer));
  console.log(`lowest cosine of the two vectors of a document: ${agreement.toFixed(6)}`);
} else console.log('CHELATED_PYTHON is not set: model2vec is left out');
console.log(reportTable(['documents/s, first', 'documents/s', 'µs a query, p50', 'p99'], rows));
encoder.dispose();

function line(name: string, { first, documents, p50, p99 }: Figures) {
  return { name, figures: [Math.round(first), Math.round(documents), Number(p50.toFixed(1)), Number(p99.toFixed(1))] };
}

async function ourFigures(encoder: Encoder): Promise<{ figures: Figures; vectors: Matrix }> {
  const spent: number[] = [];
  let vectors: Matrix | undefined;
  for (let round = 0; round < 4; round++) {
    const before = performance.now();
    vectors = (await encoder.encode(documents, { role: 'document' })).vectors;
    spent.push(performance.now() - before);
  }
  const [first, ...more] = spent.map((ms) => (1000 * documents.length) / ms);
  const perQuery = await queryTimes((query) => encoder.encode([query], { role: 'query' }));
  const figures = { first: first!, documents: more.sort((a, b) => a - b)[1]!, ...percentiles(perQuery) };
  return { figures, vectors: vectors! };
}

/** Microseconds of 2,000 queries, one at a time, after 300 to warm up. */
async function queryTimes(call: (query: string) => Promise<unknown>): Promise<number[]> {
  const spent: number[] = [];
  for (let i = -300; i < 2000; i++) {
    const query = queries[(i + 300) % queries.length]!;
    const before = performance.now();
    await call(query);
    if (i >= 0) spent.push(1000 * (performance.now() - before));
  }
  return spent;
}

function times(texts: readonly string[], call: (text: string) => unknown): number[] {
  return Array.from({ length: 2000 }, (_, i) => {
    const before = performance.now();
    call(texts[i % texts.length]!);
    return 1000 * (performance.now() - before);
  });
}

function percentiles(values: readonly number[]): { p50: number; p99: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!;
  return { p50: at(0.5), p99: at(0.99) };
}

async function peerFigures(
  python: string,
  { table }: Encoder,
  ours: Matrix,
): Promise<Figures & { version: string; agreement: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'chelated-model2vec-'));
  try {
    const { rows, weights } = table!;
    const plain = 'scales' in rows ? dequantize(rows) : rows.data;
    const weighted = Float32Array.from(plain, (x, i) => x * weights[Math.floor(i / rows.dims)]!);
    const embeddings = { dtype: 'F32', shape: [rows.rows, rows.dims], data: weighted } as const;
    await writeFile(join(folder, 'model.safetensors'), writeSafetensors({ embeddings }));
    await writeFile(join(folder, 'config.json'), JSON.stringify({ normalize: true, hidden_dim: rows.dims }));
    await writeFile(join(folder, 'tokenizer.json'), await readFile(join(shippedStudent(), 'tokenizer.json')));
    await writeFile(join(folder, 'texts.json'), JSON.stringify({ documents, queries }));
    const script = join(import.meta.dirname, 'peers/model2vec/encode.py');
    const { stdout, stderr, status } = spawnSync(python, [script, folder], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`model2vec failed: ${stderr}`);
    const theirs = readNpy(await readFile(join(folder, 'model2vec.npy')));
    const cosines = documents.map((_, i) => row(ours, i).reduce((sum, x, j) => sum + x * row(theirs, i)[j]!, 0));
    return { ...JSON.parse(stdout), agreement: cosines.reduce((a, b) => Math.min(a, b)) };
  } finally {
    await rm(folder, { recursive: true });
  }
}
