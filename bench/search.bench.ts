// Exact search over 100,000 × 384 in kernel memory, by one thread, for one query and for batches: beside the time that reading the
// index once takes at this machine's copy bandwidth, and beside faiss' IndexFlatIP on as many threads, with what each finds compared.
//   [CHELATED_PYTHON=python] node scripts/bun.mjs bench/search.bench.ts [--rows 100000] [--rounds 21]
// CHELATED_PYTHON has bench/peers/faiss/requirements.txt installed; without it faiss is left out.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readNpy, writeNpy } from '../src/encode/npy.ts';
import { reportTable } from '../src/evaluate/report-table.ts';
import { loadKernels } from '../src/kernels/load.ts';
import { matrix, row } from '../src/matrix.ts';
import { random } from '../src/random.ts';
import { normalMatrix } from '../test/adapter/samples.ts';
import { median } from './http/load.ts';

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '21' } },
});
const [rows, rounds] = [Number(values.rows), Number(values.rounds)];
const [dims, k, queries] = [384, 10, 256];
const kernels = await loadKernels();
const numbers = random(1);
const unit = (count: number) => kernels.normalize(normalMatrix(numbers, count, dims));
const [X, Q] = [unit(rows), unit(queries)];
const index = kernels.growing(dims);
index.append(X);

const timed = (work: () => unknown): number => {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
};
const block = (from: number, count: number) => matrix(count, dims, Q.data.subarray(from * dims, (from + count) * dims));

// Half of a copy is reading: so long does reading the index once take at the bandwidth of a copy.
const [from, to] = [X.data, new Float32Array(X.data.length)];
const readings: number[] = [];
const ours = new Map<number, number[]>();
const batches = [1, 8, 32, 256];
for (let round = 0; round < rounds; round++) {
  readings.push(timed(() => to.set(from)) / 2);
  for (const batch of batches) {
    const at = (round * batch) % (queries - batch + 1);
    ours.set(batch, [...(ours.get(batch) ?? []), timed(() => kernels.topK(index, block(at, batch), k))]);
  }
}
const reading = median(readings);

const python = process.env.CHELATED_PYTHON;
const theirs = new Map<number, number>();
if (python) {
  const work = await mkdtemp(join(tmpdir(), 'chelated-bench-'));
  const files = ['index.npy', 'queries.npy', 'found.npy'].map((name) => join(work, name));
  await writeFile(files[0]!, writeNpy(X));
  await writeFile(files[1]!, writeNpy(Q));
  const script = join(import.meta.dirname, 'peers/faiss/search.py');
  for (const batch of batches) {
    const args = [script, files[0]!, files[1]!, `${k}`, '1', `${batch}`, `${rounds}`, files[2]!];
    const { status, stdout, stderr } = spawnSync(python, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`search.py failed: ${stderr}`);
    theirs.set(batch, median(JSON.parse(stdout).seconds));
  }
  const found = readNpy(await readFile(files[2]!));
  const { indices } = kernels.topK(index, Q, k);
  let alike = 0;
  for (let i = 0; i < queries; i++) {
    const own = new Set(indices.subarray(i * k, (i + 1) * k));
    for (const id of row(found, i)) if (own.has(id)) alike++;
  }
  console.log(`of faiss’ ${queries * k} results, ${alike} are ours`);
  await rm(work, { recursive: true });
} else console.log('CHELATED_PYTHON is not set: faiss is left out');

console.log(`${rows} × ${dims}, k ${k}, one thread, median of ${rounds}; reading the index once: ${ms(reading)} ms`);
console.log(
  reportTable(
    ['ms', 'ms a query', '× reading once', 'faiss ms', 'faiss / ours'],
    batches.map((batch) => {
      const seconds = median(ours.get(batch)!);
      const peer = theirs.get(batch);
      const figures = [ms(seconds), ms(seconds / batch), (seconds / reading).toFixed(2)];
      return {
        name: `${batch} at a time`,
        figures: [...figures, peer ? ms(peer) : '', peer ? (peer / seconds).toFixed(2) : ''],
      };
    }),
  ),
);

function ms(seconds: number): string {
  return (seconds * 1000).toFixed(2);
}
