// What a student that has learned from general text is worth before and after a corpus: nDCG@10 without labels, beside the raw
// token table, and what int8 rows cost it.
//
//   CHELATED_MODELS=… node scripts/bun.mjs scripts/build-student.ts --raw --out RAW
//   CHELATED_DATA=… CHELATED_VECTORS=… node scripts/bun.mjs bench/student.bench.ts [--raw RAW] [--students DIR,DIR] [--f32 TABLE.npy]
//       [--documents 0,30,100,300,1000,all] [--test] [--plot FILE.svg] [--json] [COLLECTION…]
//
// Rows: a student, and the documents that its adapter was fitted on (0: none). `mean` is the mean share of the teacher's nDCG@10.
// Below, how long a query takes, tokens and vector, beside the first student's: medians of rounds, and of their ratios; students take turns.
// --test: each student beside the first one, collection by collection, with what chance does.
// --plot: nDCG@10 without a corpus, by the number of general texts that a student's card names.
// "teacher's documents": the teacher's own vectors are searched with the student's queries, without any adapter.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { kernelsAdapter } from '../src/adapter/kernels-adapter.ts';
import { teacherDocuments } from '../src/adapter/teacher-documents.ts';
import { distil } from '../src/distil/distil.ts';
import type { Encoder } from '../src/encode/encoder.ts';
import { readNpy } from '../src/encode/npy.ts';
import { openEncoder } from '../src/encode/open-encoder.ts';
import { staticEncoder } from '../src/encode/static-encoder.ts';
import { readStudentCard } from '../src/encode/student-card.ts';
import { readNamedStudent } from '../src/encode/student-folder.ts';
import { evaluate } from '../src/evaluate/evaluate.ts';
import { readDataset } from '../src/evaluate/read-dataset.ts';
import { reportTable } from '../src/evaluate/report-table.ts';
import { loadKernels } from '../src/kernels/load.ts';
import { against, significance } from '../src/lab/against.ts';
import { type Chart, drawChart } from '../src/lab/chart.ts';
import { type MeanRow, meanRow } from '../src/lab/mean-row.ts';
import { type Matrix, pickRows } from '../src/matrix.ts';
import { random } from '../src/random.ts';
import { median } from './http/load.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    raw: { type: 'string' },
    students: { type: 'string', default: 'static' },
    f32: { type: 'string' },
    plot: { type: 'string' },
    test: { type: 'boolean', default: false },
    documents: { type: 'string', default: '0,30,100,300,1000,all' },
    teacher: { type: 'string', default: 'all-MiniLM-L6-v2' },
    seed: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
  },
});
const { CHELATED_DATA: data, CHELATED_VECTORS: vectors } = process.env;
if (!data || !vectors)
  throw new Error('CHELATED_DATA and CHELATED_VECTORS must name the collections and their vectors');
const collections = positionals.length > 0 ? positionals : ['cisi', 'cranfield', 'scifact', 'vaswani'];
const kernels = await loadKernels();

const students: { name: string; encoder: Encoder }[] = [];
for (const id of [...(options.raw ? [options.raw] : []), ...options.students.split(',')]) {
  students.push({ name: id === options.raw ? 'raw table' : id, encoder: await openEncoder(id, { kernels }) });
}
if (options.f32) {
  const { tokenizer, table } = students.at(-1)!.encoder;
  const rows = readNpy(await readFile(options.f32), options.f32);
  const exact = { id: 'f32', revision: '', table: { rows, weights: table!.weights }, tokenizer };
  students.push({ name: 'the last one in f32', encoder: await staticEncoder(exact, kernels) });
}

const waits: number[][] = students.map(() => []);
const table = new Map<string, number[]>();
const ceiling: number[] = [];
const perCollection: MeanRow[] = [];
const note = (name: string, ndcg: number) => {
  table.set(name, [...(table.get(name) ?? []), ndcg]);
  process.stderr.write(`${name}: ${ndcg.toFixed(4)}\n`);
};
for (const collection of collections) {
  const dataset = await readDataset(join(data, collection));
  const files = join(vectors, options.teacher, collection);
  const teacher = await openEncoder(`vectors:${files}/documents.npy,${files}/queries.npy`, { kernels });
  const ids = dataset.documents.map(({ id }) => id);
  const texts = dataset.documents.map(({ text }) => text);
  const asked = dataset.queries.map(({ text }) => text);
  const all = (encoder: Encoder, of: string[], role: 'document' | 'query') =>
    encoder.encode(of, { role, positions: of.map((_, i) => i) }).then((encoded) => encoded.vectors);
  const score = (documents: Matrix, queries: Matrix) => evaluate({ dataset, kernels, documents, queries });
  const noteOf = (name: string, setting: string, { 'ndcg@10': ndcg, perQuery }: ReturnType<typeof score>) => {
    note(`${name}, ${setting}`, ndcg);
    const figures = perQuery.map((query) => query['ndcg@10']);
    perCollection.push(meanRow([{ collection, setting, name, ndcg, perQuery: figures }]));
  };
  const T = await all(teacher, texts, 'document');
  const order = random(Number(options.seed)).shuffle(ids.map((_, i) => i));
  process.stderr.write(`\n${collection}\n`);
  for (const { name, encoder: student } of students) {
    const D = await all(student, texts, 'document');
    const Q = await all(student, asked, 'query');
    for (const count of options.documents.split(',')) {
      if (count === '0') {
        noteOf(name, 'no corpus', score(D, Q));
        if (student.teacherSpace) {
          const side = { student, teacher, texts, kernels };
          noteOf(name, "no corpus, teacher's documents", score(await teacherDocuments(T, side), Q));
        }
        continue;
      }
      if (name.endsWith('f32')) continue;
      const fitted = order.slice(0, count === 'all' ? ids.length : Number(count)).sort((a, b) => a - b);
      const { parts, card } = await distil({
        documents: { ids: fitted.map((i) => ids[i]!), texts: fitted.map((i) => texts[i]!) },
        ...{ student, kernels, teacherVectors: pickRows(T, fitted), teacherId: options.teacher, force: true },
      });
      const adapter = kernelsAdapter({ parts, card }, { kernels, table: student.table! });
      const input = { vectors: D, tokens: student.tokenize(texts) };
      const corrected = await adapter.correct(input);
      const queries = await adapter.correct({ vectors: Q, tokens: student.tokenize(asked) });
      noteOf(name, `${count} documents`, score(corrected, queries));
      process.stderr.write(`  ${card.gate?.promoted ? 'promoted' : 'refused'}; ${JSON.stringify(card.fit)}\n`);
      await adapter.dispose();
    }
  }
  await timeQueries(asked);
  ceiling.push(score(T, await all(teacher, asked, 'query'))['ndcg@10']);
  note('teacher', ceiling.at(-1)!);
  teacher.dispose();
}
if (options.plot !== undefined) await writeFile(options.plot, await drawChart(await byGeneralTexts()));
const rows = Array.from(table, ([name, figures]) => {
  const mean = figures.reduce((sum, figure, i) => sum + figure / ceiling[i]!, 0) / figures.length;
  return { name, figures: [...figures, mean] };
});
console.log(options.json ? JSON.stringify(rows) : reportTable([...collections, 'mean'], rows));
if (options.test) {
  const first = students[0]!.name;
  const tested = against(perCollection, perCollection, (to, row) => to.name === first && to.setting === row.setting);
  const title = `Against ${first}`;
  const { text, table } = significance(title, tested, (row) => `${row.collection}, ${row.name}, ${row.setting}`);
  console.log(`\n${title}. ${text}\n${reportTable(table!.columns, table!.rows)}`);
}
for (const [i, { name }] of students.entries()) {
  const beside = median(waits[i]!.map((wait, round) => wait / waits[0]![round]!));
  console.error(`${name}: ${median(waits[i]!).toFixed(1)} µs a query, ${beside.toFixed(2)} × ${students[0]!.name}`);
}

/** Students in the order in which they were named, the teacher's figures as level lines. */
async function byGeneralTexts(): Promise<Chart> {
  const named = students.filter(({ name }) => !name.endsWith('f32'));
  const counts = await Promise.all(named.map(({ name }) => generalTexts(name)));
  const series = collections.flatMap((collection, c) => [
    {
      name: collection,
      points: named.map(({ name }, i) => ({ x: counts[i]!, y: table.get(`${name}, no corpus`)![c]! })),
    },
    { name: `${collection}, teacher`, points: counts.map((x) => ({ x, y: ceiling[c]! })) },
  ]);
  const title = 'nDCG@10 without a corpus, by the general texts that a student was made from';
  return { kind: 'lines', title, x: 'general texts', y: 'nDCG@10', series };
}

async function generalTexts(name: string): Promise<number> {
  if (name === 'raw table') return 0;
  const { card } = await readNamedStudent(name);
  const { fitted } = readStudentCard(card).provenance as { fitted?: { texts: number; heldOut: number } };
  return fitted ? fitted.texts + fitted.heldOut : 0;
}

/** Microseconds of each round over the queries, one at a time. */
async function timeQueries(queries: readonly string[]): Promise<void> {
  const rounds = 11; // the first warms up
  for (let round = 0; round < rounds; round++) {
    const turn = Array.from(students.entries());
    for (const [i, { encoder }] of round % 2 ? turn.reverse() : turn) {
      const start = performance.now();
      for (const query of queries) await encoder.encode([query], { role: 'query' });
      if (round > 0) waits[i]!.push((1000 * (performance.now() - start)) / queries.length);
    }
  }
}
