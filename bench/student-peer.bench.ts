// A student made from a transformer, without any corpus, beside what model2vec's `distill` makes of the same weights: quality, time, size.
//
//   CHELATED_DATA=… CHELATED_VECTORS=… CHELATED_MODELS=… CHELATED_TORCH_PYTHON=python
//     node scripts/bun.mjs bench/student-peer.bench.ts [--limit 8000] [--json] [COLLECTION…]
//
// CHELATED_TORCH_PYTHON has bench/peers/model2vec/distill_requirements.txt installed. Ours are the raw token table, a student of
// --limit general texts, and the shipped one, which takes no time here. Both sides have two threads; a cache of teacher's vectors
// is not used. Seconds are of the whole command, for model2vec of the distillation alone.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readNpy } from '../src/encode/npy.ts';
import { modelFolder } from '../src/encode/onnx/model-folder.ts';
import { pickWeights } from '../src/encode/onnx/weight-files.ts';
import { openEncoder } from '../src/encode/open-encoder.ts';
import { shippedStudent } from '../src/encode/student-folder.ts';
import { evaluate } from '../src/evaluate/evaluate.ts';
import { readDataset } from '../src/evaluate/read-dataset.ts';
import { reportTable } from '../src/evaluate/report-table.ts';
import { loadKernels } from '../src/kernels/load.ts';
import type { Matrix } from '../src/matrix.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    limit: { type: 'string', default: '8000' },
    teacher: { type: 'string', default: 'all-MiniLM-L6-v2' },
    json: { type: 'boolean', default: false },
  },
});
const { CHELATED_DATA: data, CHELATED_VECTORS: vectors, CHELATED_MODELS: models } = process.env;
const python = process.env.CHELATED_TORCH_PYTHON;
if (!data || !vectors || !models || !python) {
  throw new Error('CHELATED_DATA, CHELATED_VECTORS, CHELATED_MODELS and CHELATED_TORCH_PYTHON must be set');
}
const { teacher } = options;
const threads = 2;
const kernels = await loadKernels();
const names = positionals.length > 0 ? positionals : ['cisi', 'cranfield', 'scifact', 'vaswani'];
const collections = await Promise.all(names.map((name) => readDataset(join(data, name))));
const work = await mkdtemp(join(tmpdir(), 'chelated-bench-'));

type Vectors = (collection: string, role: 'document' | 'query', texts: string[]) => Promise<Matrix>;
const rows: { name: string; figures: (number | null)[] }[] = [];

const stored: Vectors = async (name, role) => {
  const file = join(vectors, teacher, name, role === 'document' ? 'documents.npy' : 'queries.npy');
  return kernels.normalize(readNpy(await readFile(file), file));
};
const ceiling = await score(stored);
await student('raw token table', ['--raw']);
await student(`${options.limit} general texts`, ['--limit', options.limit]);
await note('shipped', byStudent('static'), null, await sizeOf(join(shippedStudent(), 'table.safetensors')));
await peer();
rows.push({ name: 'teacher', figures: [...ceiling, 1, null, null] });
await rm(work, { recursive: true });
console.log(options.json ? JSON.stringify(rows) : reportTable([...names, 'mean share', 's', 'MB'], rows));

/** A student of our own command. */
async function student(name: string, flags: readonly string[]): Promise<void> {
  const out = join(work, name.replaceAll(' ', '-'));
  const start = performance.now();
  const main = join(import.meta.dirname, '../src/cli/main.ts');
  const args = ['student', '--teacher', teacher, ...flags, '--cache', join(work, 'cache'), '--out', out, '--json'];
  const { status } = spawnSync(process.execPath, [main, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${args.join(' ')} failed`);
  const seconds = (performance.now() - start) / 1000;
  await note(name, byStudent(out), seconds, await sizeOf(join(out, 'table.safetensors')));
}

function byStudent(id: string): Vectors {
  const opened = openEncoder(id, { kernels });
  return async (_, role, texts) => (await (await opened).encode(texts, { role })).vectors;
}

async function peer(): Promise<void> {
  const texts = collections.flatMap(({ name, documents, queries }) => [
    [`${name}-document`, documents.map(({ text }) => text)],
    [`${name}-query`, queries.map(({ text }) => text)],
  ]);
  await writeFile(join(work, 'texts.json'), JSON.stringify(Object.fromEntries(texts)));
  const folder = join(models!, teacher);
  const { path: file } = pickWeights(await modelFolder(folder));
  const script = join(import.meta.dirname, 'peers/model2vec/distill.py');
  const { status, stdout, stderr } = spawnSync(python!, [script, folder, file, `${threads}`, work], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`distill.py failed: ${stderr}`);
  const { seconds, bytes, version } = JSON.parse(stdout.trim().split('\n').at(-1)!);
  const read: Vectors = async (name, role) => {
    const path = join(work, `${name}-${role}.npy`);
    return kernels.normalize(readNpy(await readFile(path), path));
  };
  await note(`model2vec ${version}`, read, seconds, bytes);
}

async function note(name: string, of: Vectors, seconds: number | null, bytes: number): Promise<void> {
  const figures = await score(of);
  const share = figures.reduce((sum, figure, i) => sum + figure / ceiling[i]!, 0) / figures.length;
  rows.push({ name, figures: [...figures, share, seconds, bytes / 1e6] });
  process.stderr.write(`${name}: ${share.toFixed(3)} of the teacher\n`);
}

async function score(of: Vectors): Promise<number[]> {
  const figures: number[] = [];
  for (const dataset of collections) {
    const { name } = dataset;
    const documents = await of(
      name,
      'document',
      dataset.documents.map(({ text }) => text),
    );
    const queries = await of(
      name,
      'query',
      dataset.queries.map(({ text }) => text),
    );
    figures.push(evaluate({ dataset, kernels, documents, queries })['ndcg@10']);
  }
  return figures;
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path)).size;
}
