// The engine under load. Each part is one run of:
//
//   node scripts/bun.mjs bench/engine.bench.ts swap   [--documents 100000] [--swaps 20] [--rate 20]
//   node scripts/bun.mjs bench/engine.bench.ts cycle  [--cycles 10] [--rate 20]
//   node scripts/bun.mjs bench/engine.bench.ts growth [--documents 10000,100000,1000000]
//   node scripts/bun.mjs bench/engine.bench.ts soak   [--minutes 30]
//
// Load is open-loop: searches begin by the clock, whether the ones before have ended or not, and a latency counts from the moment at
// which the search should have begun.
import { parseArgs } from 'node:util';
import { writeAdapter } from '../src/adapter/write-adapter.ts';
import { config } from '../src/config.ts';
import type { Encoder } from '../src/encode/encoder.ts';
import { openEncoder } from '../src/encode/open-encoder.ts';
import type { Collection } from '../src/engine/collection.ts';
import { Engine, type EngineOptions } from '../src/engine/engine.ts';
import { inProcessDistiller } from '../src/engine/in-process-distiller.ts';
import { workerDistiller } from '../src/engine/worker-distiller.ts';
import { readDataset } from '../src/evaluate/read-dataset.ts';
import { reportTable } from '../src/evaluate/report-table.ts';
import { loadKernels } from '../src/kernels/load.ts';
import { row } from '../src/matrix.ts';
import { random } from '../src/random.ts';
import { normalMatrix, sample } from '../test/adapter/samples.ts';
import { percentile } from './percentile.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    documents: { type: 'string' },
    swaps: { type: 'string', default: '20' },
    rate: { type: 'string', default: '20' },
    cycles: { type: 'string', default: '10' },
    minutes: { type: 'string', default: '30' },
  },
});
const dims = 384;
// As the server loads them.
const kernels = await loadKernels({ threads: 'cores' });
const numbers = random(1);
const student = await openEncoder(config.student, { kernels });

/** A student of 384 dimensions whose vectors are given, not made: what is measured is the engine. */
const given: Encoder = {
  ...student,
  id: 'given',
  dims,
  baseFingerprint: 'f'.repeat(64),
  tokenizer: student.tokenizer,
  maxTokens: student.maxTokens,
  tokenize: (texts) => student.tokenize(texts),
  encode: () => Promise.reject(new Error('vectors are given here')),
  dispose: () => {},
};

const unit = (rows: number) => kernels.normalize(normalMatrix(numbers, rows, dims));

async function fill(collection: Collection, from: number, to: number): Promise<number> {
  const started = performance.now();
  for (let at = from; at < to; at += 1000) {
    const X = unit(Math.min(1000, to - at));
    await collection.upsert(Array.from({ length: X.rows }, (_, i) => ({ id: `d${at + i}`, vector: row(X, i) })));
  }
  return (performance.now() - started) / 1000;
}

const affineFile = async (seed: number) => {
  const { parts, card } = sample('affine', seed, { dIn: dims, dOut: dims });
  return writeAdapter(parts, { ...card, baseFingerprint: given.baseFingerprint, student: given.id });
};

interface Load {
  /** Moment and milliseconds of each search. */
  readonly seen: { at: number; ms: number }[];
  stop(): Promise<void>;
}

function openLoop(search: () => Promise<unknown>, perSecond: number): Load {
  const seen: { at: number; ms: number }[] = [];
  const running = new Set<Promise<void>>();
  let next = performance.now();
  const timer = setInterval(() => {
    for (; next <= performance.now(); next += 1000 / perSecond) {
      const due = next;
      const one = search().then(() => {
        seen.push({ at: due, ms: performance.now() - due });
        running.delete(one);
      });
      running.add(one);
    }
  }, 1);
  const stop = async () => {
    clearInterval(timer);
    await Promise.all(running);
  };
  return { seen, stop };
}

const ms = (value: number) => value.toFixed(1);

async function swap(): Promise<void> {
  const documents = Number(values.documents ?? 100_000);
  const engine = await Engine.open({ encoder: given, kernels, sampleRate: 0 });
  const collection = engine.collection();
  await fill(collection, 0, documents);
  const files = [await affineFile(1), await affineFile(2)];
  await collection.adopt(files[0]!);
  const rates: number[] = [];
  for (let i = 1; i <= 5; i++) {
    const began = performance.now();
    await collection.adopt(files[i % 2]!);
    rates.push(documents / ((performance.now() - began) / 1000));
  }
  const queries = unit(64);
  let at = 0;
  const load = openLoop(
    () => collection.search({ vector: row(queries, at++ % queries.rows) }, { k: 10 }),
    Number(values.rate),
  );
  await Bun.sleep(5000);
  const moments: number[] = [];
  for (let i = 0; i < Number(values.swaps); i++) {
    await collection.adopt(files[i % 2]!);
    moments.push(performance.now());
    await Bun.sleep(2500);
  }
  await load.stop();
  const around = load.seen.filter((each) => moments.some((moment) => Math.abs(each.at - moment) <= 500));
  const elsewhere = load.seen.filter((each) => !around.includes(each));
  console.log(
    `${documents} documents, ${values.swaps} swaps, ${values.rate} searches a second; re-projection alone, median of five: ${Math.round(percentile(rates, 50))} vectors a second`,
  );
  const figures = (list: Load['seen']) => [
    list.length,
    ...[50, 99, 100].map((p) =>
      ms(
        percentile(
          list.map((each) => each.ms),
          p,
        ),
      ),
    ),
  ];
  console.log(
    reportTable(
      ['searches', 'p50 ms', 'p99 ms', 'most ms'],
      [
        { name: 'in the second around a swap', figures: figures(around) },
        { name: 'elsewhere', figures: figures(elsewhere) },
      ],
    ),
  );
  await engine.close();
}

/** The shipped sample, learned from its teacher in a thread of its own while searches go on. */
async function sampleEngine(options: Partial<EngineOptions> = {}) {
  const folder = new URL('../assets/sample/', import.meta.url).pathname;
  const { documents, queries } = await readDataset(folder);
  const engine = await Engine.open({
    encoder: student,
    kernels,
    teacher: `vectors:${folder}teacher/documents.safetensors`,
    distiller: workerDistiller({ student: config.student }),
    ...options,
  });
  return { engine, collection: engine.collection(), documents, queries };
}

async function cycle(): Promise<void> {
  const { engine, collection, documents, queries } = await sampleEngine();
  await collection.upsert(documents);
  let at = 0;
  const load = openLoop(() => collection.search({ query: queries[at++ % queries.length]!.text }), Number(values.rate));
  await Bun.sleep(5000);
  const warm = performance.now(); // searches before are not counted
  await Bun.sleep(10_000);
  // A cycle of another seed makes another generation. Between two of them searches go on for as long as one took.
  const spans: { from: number; to: number }[] = [];
  for (let i = 0; i < Number(values.cycles); i++) {
    const from = performance.now();
    await collection.sediment({ seed: i, force: true }).done;
    spans.push({ from, to: performance.now() });
    await Bun.sleep(performance.now() - from);
  }
  await load.stop();
  const inside = ({ at }: { at: number }) => spans.some(({ from, to }) => at >= from && at <= to);
  const within = load.seen.filter(inside);
  // What a cycle runs is compiled in the first one: it has a row of its own besides.
  const first = within.filter(({ at }) => at <= spans[0]!.to);
  const without = load.seen.filter((each) => each.at > warm && !inside(each));
  const seconds = spans.map(({ from, to }) => (to - from) / 1000);
  console.log(
    `${seconds.length} cycles over ${documents.length} documents, ${percentile(seconds, 50).toFixed(1)} s each`,
  );
  const figures = (list: Load['seen']) => {
    const times = list.map((each) => each.ms);
    return [list.length, ...[50, 99, 100].map((p) => ms(percentile(times, p)))];
  };
  console.log(
    reportTable(
      ['searches', 'p50 ms', 'p99 ms', 'most ms'],
      [
        { name: 'while a cycle runs', figures: figures(within) },
        { name: 'of these, while the first one runs', figures: figures(first) },
        { name: 'without', figures: figures(without) },
      ],
    ),
  );
  await engine.close();
}

/** Each size in an engine of its own: filled, searched, and taken through a baseline cycle that makes a generation. */
async function growth(): Promise<void> {
  const sizes = (values.documents ?? '10000,100000,1000000').split(',').map(Number);
  const queries = unit(50);
  const rows = [];
  for (const size of sizes) {
    Bun.gc(true);
    const start = process.memoryUsage.rss();
    const megabytes = () => Math.round((process.memoryUsage.rss() - start) / 1e6);
    const own = await loadKernels({ threads: 'cores' });
    const engine = await Engine.open({
      encoder: given,
      kernels: own,
      sampleRate: 1,
      distiller: inProcessDistiller({ student: given, kernels: await loadKernels() }),
    });
    const collection = engine.collection();
    await collection.setMode('baseline');
    const seconds = await fill(collection, 0, size);
    Bun.gc(true);
    const plain = megabytes();
    const times: number[] = [];
    for (let i = 0; i < queries.rows; i++) {
      const at = performance.now();
      await collection.search({ vector: row(queries, i) }, { k: 10 });
      times.push(performance.now() - at);
    }
    const report = await collection.sediment({ adapter: 'affine', force: true }).done;
    if (report.outcome !== 'promoted') throw new Error(`the cycle ended ${report.outcome}: ${report.reason}`);
    const peak = megabytes();
    Bun.gc(true);
    const figures = [
      ...[Math.round(size / seconds), ms(percentile(times, 50)), report.seconds.toFixed(1)],
      ...[plain, Math.round((4 * size * dims) / 1e6), peak, megabytes()],
    ];
    rows.push({ name: String(size), figures });
    console.error(`${size} done: ${figures.join(', ')}`);
    await engine.close();
  }
  const columns = [
    'inserts a second',
    'search p50 ms',
    'cycle s',
    'MB',
    'MB of one index',
    'MB in a cycle',
    'MB after it',
  ];
  console.log(reportTable(columns, rows));
}

async function soak(): Promise<void> {
  const minutes = Number(values.minutes);
  const { engine, collection, documents, queries } = await sampleEngine({ sampleRate: 0.5 });
  await collection.upsert(documents);
  const began = performance.now();
  const rss: { minute: number; mb: number }[] = [];
  let [at, cycles, written] = [0, 0, 0];
  const load = openLoop(() => collection.search({ query: queries[at++ % queries.length]!.text }), 20);
  const sampling = setInterval(() => {
    rss.push({ minute: (performance.now() - began) / 60_000, mb: process.memoryUsage.rss() / 1e6 });
  }, 5000);
  while (performance.now() - began < minutes * 60_000) {
    // Writes of every kind, and a cycle on another seed each time, so that every one makes a generation.
    for (let i = 0; i < 20; i++) {
      const from = numbers.integer(documents.length - 50);
      const some = documents.slice(from, from + 50);
      if (numbers.uniform() < 0.5) await collection.delete(some.map(({ id }) => id));
      await collection.upsert(some);
      written += some.length;
      await Bun.sleep(500);
    }
    await collection.sediment({ seed: ++cycles, force: true }).done;
  }
  clearInterval(sampling);
  await load.stop();
  const after = rss.filter(({ minute }) => minute > minutes / 3);
  const mean = (list: number[]) => list.reduce((sum, each) => sum + each, 0) / list.length;
  const [x, y] = [mean(after.map(({ minute }) => minute)), mean(after.map(({ mb }) => mb))];
  const slope =
    after.reduce((sum, { minute, mb }) => sum + (minute - x) * (mb - y), 0) /
    after.reduce((sum, { minute }) => sum + (minute - x) ** 2, 0);
  console.log(
    `${minutes} minutes, ${load.seen.length} searches, ${written} documents written, ${cycles} cycles: ${Math.round(rss[0]!.mb)} MB at first, ${Math.round(after[0]!.mb)} MB after a third, ${Math.round(after.at(-1)!.mb)} MB at the end; slope ${slope.toFixed(2)} MB a minute`,
  );
  await engine.close();
}

const parts: Readonly<Record<string, () => Promise<void>>> = { swap, cycle, growth, soak };
const part = parts[positionals[0] ?? ''];
if (!part) {
  console.error(`give one of ${Object.keys(parts).join(', ')}`);
  process.exit(2);
}
await part();
process.exit(0);
