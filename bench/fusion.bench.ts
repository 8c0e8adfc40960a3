// Search with words beside vectors, through the engine and a database on disk. Each part is one run of:
//
//   node scripts/bun.mjs bench/fusion.bench.ts quality [--dataset cisi,cranfield,scifact,vaswani]
//   node scripts/bun.mjs bench/fusion.bench.ts cost    [--documents 10000,100000] [--rounds 2]
//   node scripts/bun.mjs bench/fusion.bench.ts memory  [--documents 10000]
//
// Both read CHELATED_DATA, quality CHELATED_VECTORS too. `quality` is what the engine finds with the default adapter, beside what the
// laboratory makes of the same vectors and another BM25. `cost` is on texts of all four collections, repeated under new ids where more
// are wanted; plain and fused, with and without an index of words, take turns. `memory` is the same search without a database.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeAdapter } from '../src/adapter/write-adapter.ts';
import { config } from '../src/config.ts';
import { openEncoder } from '../src/encode/open-encoder.ts';
import type { Collection } from '../src/engine/collection.ts';
import { Engine, type EngineOptions } from '../src/engine/engine.ts';
import type { SearchOptions } from '../src/engine/searcher.ts';
import { bm25 } from '../src/evaluate/bm25.ts';
import { fuseRuns, fusions } from '../src/evaluate/fuse.ts';
import { judgedQueries } from '../src/evaluate/judged-queries.ts';
import { type Run, rank } from '../src/evaluate/ranking.ts';
import { readDataset } from '../src/evaluate/read-dataset.ts';
import { reportTable } from '../src/evaluate/report-table.ts';
import { scoreRun } from '../src/evaluate/score-run.ts';
import type { TextRecord } from '../src/evaluate/text-record.ts';
import { loadKernels } from '../src/kernels/load.ts';
import { openCollection } from '../src/lab/collection.ts';
import { fitCollection } from '../src/lab/fit-collection.ts';
import { scoreSides } from '../src/lab/score-sides.ts';
import { openSqliteStore } from '../src/store/sqlite/open-sqlite-store.ts';
import { percentile } from './percentile.ts';

const collections = ['cisi', 'cranfield', 'scifact', 'vaswani'];
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dataset: { type: 'string', default: collections.join(',') },
    documents: { type: 'string' },
    rounds: { type: 'string', default: '2' },
  },
});
const folderOf = (name: string) => join(process.env.CHELATED_DATA!, name);
// As the server loads them.
const kernels = await loadKernels({ threads: 'cores' });
const student = await openEncoder(config.student, { kernels });
const work = await mkdtemp(join(tmpdir(), 'chelated-fusion-'));
let made = 0;

async function engineOn(options: Partial<EngineOptions>, file = join(work, `${made++}.db`)) {
  const store = await openSqliteStore(file);
  const engine = await Engine.open({ encoder: student, kernels, store, sampleRate: 0, ...options });
  return { engine, collection: engine.collection(), file };
}

async function quality(): Promise<void> {
  for (const name of values.dataset.split(',')) {
    const combination = {
      dataset: folderOf(name),
      student: config.student,
      teacher: 'stored:all-MiniLM-L6-v2',
      seed: 0,
    };
    const lab = await openCollection(kernels, combination);
    const queries = judgedQueries(lab.data).map((i) => lab.data.queries[i]!);
    const { result, sides } = await fitCollection(lab, {});
    const vectors = scoreSides(lab, sides).run;
    const words = await bm25({ documents: lab.data.documents, queries });
    const { engine, collection } = await engineOn({ words: true });
    await collection.upsert(lab.data.documents);
    await collection.adopt(await writeAdapter(result.parts, result.card));
    const ndcg = (run: Run) => scoreRun(run, lab.data.judgements)['ndcg@10'];
    const row = async (title: string, theirs: Run, options: SearchOptions) => {
      const ours = await runOf(collection, queries, options);
      return { name: title, figures: [ndcg(theirs), ndcg(ours), ndcg(ours) - ndcg(theirs)].map((x) => x.toFixed(4)) };
    };
    const rows = [
      await row('vectors', vectors, {}),
      // A weight of nothing leaves the order of words, documents without a word of the query behind them.
      await row('BM25', words, { fusion: { weights: [0, 1] } }),
    ];
    for (const method of fusions) {
      rows.push(await row(`fused, ${method}`, fuseRuns([vectors, words], { method }), { fusion: { method } }));
    }
    console.log(`\n${name}, ${lab.data.documents.length} documents, ${queries.length} queries, nDCG@10`);
    console.log(reportTable(['laboratory', 'engine', 'difference'], rows));
    await engine.close();
  }
}

async function runOf(collection: Collection, queries: readonly TextRecord[], options: SearchOptions): Promise<Run> {
  const run = new Map();
  for (const { id, text } of queries) {
    const { hits } = await collection.search({ query: text }, { k: 10, ...options });
    run.set(
      id,
      rank(
        hits.map((hit) => hit.id),
        hits.map((hit) => hit.score),
      ),
    );
  }
  return run;
}

/** Texts of all documents, and of fifty queries of each collection. */
async function allTexts(): Promise<{ texts: string[]; queries: string[] }> {
  const data = await Promise.all(collections.map((name) => readDataset(folderOf(name))));
  const texts = data.flatMap(({ documents }) => documents.map(({ text }) => text));
  const queries = data.flatMap((each) =>
    judgedQueries(each)
      .slice(0, 50)
      .map((i) => each.queries[i]!.text),
  );
  return { texts, queries };
}

async function memory(): Promise<void> {
  const size = Number(values.documents ?? 10_000);
  const { texts, queries } = await allTexts();
  const engine = await Engine.open({ encoder: student, kernels, sampleRate: 0, words: true });
  const collection = engine.collection();
  await collection.upsert(Array.from({ length: size }, (_, i) => ({ id: `d${i}`, text: texts[i % texts.length]! })));
  const fusedSearch = (query: string) => timed(() => collection.search({ query }, { k: 10, fusion: {} }));
  const start = process.memoryUsage.rss();
  const first = await fusedSearch(queries[0]!);
  Bun.gc(true);
  const megabytes = (process.memoryUsage.rss() - start) / 1e6;
  const times: number[] = [];
  for (const query of queries) times.push(await fusedSearch(query));
  console.log(
    `${size} documents in memory: the first fused search, which indexes words, ${ms(first)} ms and ${megabytes.toFixed(0)} MB; the others p50 ${ms(percentile(times, 50))} ms, p99 ${ms(percentile(times, 99))} ms`,
  );
  await engine.close();
}

async function cost(): Promise<void> {
  const { texts, queries } = await allTexts();
  const longest = queries.toSorted((a, b) => b.length - a.length)[0]!;
  for (const size of (values.documents ?? '10000,100000').split(',').map(Number)) {
    const [plain, words] = [await engineOn({}), await engineOn({ words: true })];
    const inserts = new Map<object, number>([
      [plain, 0],
      [words, 0],
    ]);
    for (let from = 0; from < size; from += 1000) {
      const batch = Array.from({ length: Math.min(1000, size - from) }, (_, i) => ({
        id: `d${from + i}`,
        text: texts[(from + i) % texts.length]!,
      }));
      for (const side of from % 2000 === 0 ? [plain, words] : [words, plain]) {
        inserts.set(side, inserts.get(side)! + (await timed(() => side.collection.upsert(batch))));
      }
    }
    const one = { plain: [] as number[], words: [] as number[] };
    for (let i = 0; i < 200; i++) {
      const document = { id: `d${i}`, text: texts[(7 * i + 1) % texts.length]! };
      one.plain.push(await timed(() => plain.collection.upsert([document])));
      one.words.push(await timed(() => words.collection.upsert([document])));
    }
    const kinds: Readonly<Record<string, SearchOptions>> = {
      plain: {},
      'plain, k = 1,000': { k: 1000 },
      fused: { fusion: {} },
      'fused, compared': { fusion: {}, compare: true },
    };
    const times = new Map(Object.keys(kinds).map((kind) => [kind, [] as number[]]));
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const query of queries) {
        for (const [kind, options] of Object.entries(kinds)) {
          times.get(kind)!.push(await timed(() => words.collection.search({ query }, { k: 10, ...options })));
        }
      }
    }
    const long = await timed(() => words.collection.search({ query: longest }, { fusion: {} }));
    const bytes = async ({ engine, file }: Awaited<ReturnType<typeof engineOn>>) => {
      await engine.close();
      return Math.round(Bun.file(file).size / size);
    };
    const sizes = { plain: await bytes(plain), words: await bytes(words) };
    const again = await engineOn({}, plain.file);
    const late = await withStalls(() => again.collection.indexWords());
    await again.engine.close();
    console.log(`\n${size} documents`);
    const perSecond = (side: object) => Math.round(size / (inserts.get(side)! / 1000));
    console.log(
      `inserts a second in thousands at a time: plain ${perSecond(plain)}, with words ${perSecond(words)}; one at a time, median ms: plain ${ms(percentile(one.plain, 50))}, with words ${ms(percentile(one.words, 50))}`,
    );
    const labels = [...times].map(([name, list]) => ({
      name,
      figures: [50, 99, 100].map((p) => ms(percentile(list, p))),
    }));
    console.log(reportTable(['p50 ms', 'p99 ms', 'most ms'], labels));
    console.log(`the longest query, ${longest.split(/\s+/).length} words: ${ms(long)} ms fused`);
    console.log(
      `indexing words of ${size} documents that are there: ${(late.ms / 1000).toFixed(1)} s, longest stall ${ms(late.stall)} ms`,
    );
    console.log(`bytes a document: plain ${sizes.plain}, with words ${sizes.words}`);
  }
}

async function timed(task: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await task();
  return performance.now() - start;
}

/** How long it takes, and the longest time in which nothing else had its turn. */
async function withStalls(task: () => Promise<unknown>): Promise<{ ms: number; stall: number }> {
  let [stall, last] = [0, performance.now()];
  const timer = setInterval(() => {
    stall = Math.max(stall, performance.now() - last);
    last = performance.now();
  }, 1);
  const whole = await timed(task);
  clearInterval(timer);
  return { ms: whole, stall };
}

const ms = (value: number) => value.toFixed(1);

const parts: Readonly<Record<string, () => Promise<void>>> = { quality, cost, memory };
const part = parts[positionals[0] ?? ''];
if (!part) {
  console.error(`give one of ${Object.keys(parts).join(', ')}`);
  process.exit(2);
}
try {
  await part();
} finally {
  await rm(work, { recursive: true });
}
process.exit(0);
