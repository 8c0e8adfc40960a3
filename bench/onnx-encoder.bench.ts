// Documents a second of a transformer over SciFact's abstracts, on one and two threads, beside Python's onnxruntime on the
// same file and sentence-transformers (PyTorch, f32) with the same weights, on the same texts and threads; rounds of all take
// turns, medians are shown. On a busy machine the time on the processor (CPU ms a document) says more than the documents a second.
//   CHELATED_DATA=… CHELATED_MODELS=… [CHELATED_PYTHON=python] [CHELATED_TORCH_PYTHON=python]
//     node scripts/bun.mjs bench/onnx-encoder.bench.ts [DOCUMENTS] [ROUNDS] [MODEL] [THREADS]
// onnxruntime's threads are a process's choice: without THREADS it is run again for one and for two.
// CHELATED_PYTHON has bench/peers/encoder/requirements.txt installed, CHELATED_TORCH_PYTHON sentence_requirements.txt beside it;
// without one its rows are left out.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readNpy } from '../src/encode/npy.ts';
import { modelFolder } from '../src/encode/onnx/model-folder.ts';
import { onnxEncoder } from '../src/encode/onnx/onnx-encoder.ts';
import { pickWeights } from '../src/encode/onnx/weight-files.ts';
import { readDataset } from '../src/evaluate/read-dataset.ts';
import { reportTable } from '../src/evaluate/report-table.ts';
import { loadKernels } from '../src/kernels/load.ts';
import { type Matrix, row } from '../src/matrix.ts';

const { CHELATED_DATA: data, CHELATED_MODELS: models, CHELATED_PYTHON, CHELATED_TORCH_PYTHON } = process.env;
if (!data || !models)
  throw new Error('CHELATED_DATA must name the folder that holds scifact, CHELATED_MODELS that of models');
const [count, rounds] = [Number(process.argv[2] ?? 128), Number(process.argv[3] ?? 3)];
const folder = join(models, process.argv[4] ?? 'all-MiniLM-L6-v2');

const { documents } = await readDataset(join(data, 'scifact'));
const step = Math.max(1, Math.floor(documents.length / count));
const texts = documents
  .filter((_, i) => i % step === 0)
  .slice(0, count)
  .map(({ text }) => text);
const only = process.argv[5];
if (only === undefined) {
  for (const threads of ['1', '2']) {
    const args = [process.argv[1]!, `${count}`, `${rounds}`, folder.split('/').at(-1)!, threads];
    const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
    if (status !== 0) process.exit(1);
  }
  process.exit();
}
const model = await modelFolder(folder);
const { path: file } = pickWeights(model);
const kernels = await loadKernels();
const work = await mkdtemp(join(tmpdir(), 'chelated-bench-'));
await writeFile(join(work, 'texts.json'), JSON.stringify(texts));

interface Round {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

const runtime = process.versions.bun ? `Bun ${process.versions.bun}` : `Node ${process.version}`;
console.log(`${texts.length} documents of SciFact, ${folder.split('/').at(-1)} ${file}; ${runtime}, ${rounds} rounds`);
const peers = [
  { name: 'Python onnxruntime', variable: 'CHELATED_PYTHON', python: CHELATED_PYTHON, script: 'encode.py' },
  {
    name: 'sentence-transformers',
    variable: 'CHELATED_TORCH_PYTHON',
    python: CHELATED_TORCH_PYTHON,
    script: 'sentence.py',
  },
].flatMap(({ python, ...peer }) => {
  if (!python) console.log(`${peer.variable} is not set: ${peer.name} is left out`);
  return python ? [{ ...peer, python }] : [];
});
type Peer = (typeof peers)[number];
const rows: { name: string; figures: number[] }[] = [];
const threads = Number(only);
const encoder = await onnxEncoder(model, kernels, { threads });
await encoder.encode(texts.slice(0, 8), { role: 'document' });
const ours: Round[] = [];
const theirs = peers.map((peer) => ({ peer, rounds: [] as PeerRound[], lowest: 1 }));
for (let i = 0; i < rounds; i++) {
  const [start, used] = [performance.now(), process.cpuUsage()];
  const { vectors } = await encoder.encode(texts, { role: 'document' });
  const { user, system } = process.cpuUsage(used);
  ours.push({ seconds: (performance.now() - start) / 1000, cpuSeconds: (user + system) / 1e6 });
  for (const each of theirs) {
    const round = await peerRound(each.peer, threads);
    each.rounds.push(round);
    each.lowest = Math.min(each.lowest, lowestCosine(vectors, round.vectors));
  }
}
encoder.dispose();
rows.push(line(`chelated, ${threads} threads`, ours));
for (const { peer, rounds, lowest } of theirs) {
  const name = `${peer.name} ${rounds[0]!.version}`;
  rows.push(line(`${name}, ${threads} threads`, rounds));
  const ratio = (of: (round: Round) => number) => (median(rounds.map(of)) / median(ours.map(of))).toFixed(2);
  const figures = `${ratio((r) => r.seconds)} × its documents a second, ${ratio((r) => r.cpuSeconds)} × by CPU time`;
  console.log(
    `${threads} threads, ${name}: ${figures}; lowest cosine of a document's two vectors ${lowest.toFixed(7)}`,
  );
}
console.log(reportTable(['documents/s', 'CPU ms a document'], rows));
await rm(work, { recursive: true });

function line(name: string, measured: readonly Round[]) {
  const perSecond = texts.length / median(measured.map((round) => round.seconds));
  const cpu = (median(measured.map((round) => round.cpuSeconds)) * 1000) / texts.length;
  return { name, figures: [Number(perSecond.toFixed(2)), Number(cpu.toFixed(1))] };
}

interface PeerRound extends Round {
  readonly version: string;
  readonly vectors: Matrix;
}

async function peerRound({ python, script }: Peer, threads: number): Promise<PeerRound> {
  const out = join(work, 'peer.npy');
  const args = [
    join(import.meta.dirname, 'peers/encoder', script),
    folder,
    file,
    join(work, 'texts.json'),
    `${threads}`,
    '1',
    out,
  ];
  const { status, stdout, stderr } = spawnSync(python, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${script} failed: ${stderr}`);
  const { seconds, cpuSeconds, version } = JSON.parse(stdout);
  return { seconds: seconds[0], cpuSeconds: cpuSeconds[0], version, vectors: readNpy(await readFile(out)) };
}

function lowestCosine(X: Matrix, Y: Matrix): number {
  return Math.min(...Array.from({ length: X.rows }, (_, i) => kernels.dot(row(X, i), row(Y, i))));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
