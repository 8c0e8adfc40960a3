// Retrieval quality of every adapter with the defaults, no labels used, on every collection that has teacher vectors.
//
//   CHELATED_DATA=… CHELATED_VECTORS=… node scripts/bun.mjs bench/quality.bench.ts [COLLECTION…] [--half] [--teacher MODEL] [--json]
//
// --half keeps half of the documents out of the fit; all of them are searched.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { AdapterKind } from '../src/adapter/card.ts';
import { kernelsAdapter } from '../src/adapter/kernels-adapter.ts';
import { mixDocuments } from '../src/adapter/mix-documents.ts';
import { writeAdapter } from '../src/adapter/write-adapter.ts';
import { timeQueries } from '../src/cli/time-queries.ts';
import { distil } from '../src/distil/distil.ts';
import { openEncoder } from '../src/encode/open-encoder.ts';
import { isShipped } from '../src/encode/student-folder.ts';
import { evaluate } from '../src/evaluate/evaluate.ts';
import { readDataset } from '../src/evaluate/read-dataset.ts';
import { reportTable } from '../src/evaluate/report-table.ts';
import { loadKernels } from '../src/kernels/load.ts';
import { type Matrix, pickRows } from '../src/matrix.ts';
import { random } from '../src/random.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    half: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    teacher: { type: 'string', default: 'all-MiniLM-L6-v2' },
    student: { type: 'string', default: 'static' },
    adapters: { type: 'string', default: 'affine,lexical' },
    seed: { type: 'string', default: '0' },
  },
});
const { CHELATED_DATA: data, CHELATED_VECTORS: vectors } = process.env;
if (!data || !vectors)
  throw new Error('set CHELATED_DATA and CHELATED_VECTORS to the folders of collections and vectors');

const kernels = await loadKernels();
const rows: { collection: string; row: string; [figure: string]: unknown }[] = [];

for (const collection of positionals.length > 0 ? positionals : ['cisi', 'cranfield', 'scifact', 'vaswani']) {
  const dataset = await readDataset(join(data, collection));
  const files = (model: string) => join(vectors, model, collection);
  const teacher = await openEncoder(
    `vectors:${files(options.teacher)}/documents.npy,${files(options.teacher)}/queries.npy`,
    { kernels },
  );
  const name = options.student;
  const student = await openEncoder(
    isShipped(name) ? name : `vectors:${files(name)}/documents.npy,${files(name)}/queries.npy`,
    { kernels },
  );
  const documents = { ids: dataset.documents.map(({ id }) => id), texts: dataset.documents.map(({ text }) => text) };
  const queries = { ids: dataset.queries.map(({ id }) => id), texts: dataset.queries.map(({ text }) => text) };
  const encode = async (encoder: typeof student, { ids, texts }: typeof documents, role: 'document' | 'query') =>
    (await encoder.encode(texts, { role, ids, positions: ids.map((_, i) => i) })).vectors;

  const started = performance.now();
  const D = await encode(student, documents, 'document');
  const encodeSeconds = (performance.now() - started) / 1000;
  const Q = await encode(student, queries, 'query');
  const [T, TQ] = [await encode(teacher, documents, 'document'), await encode(teacher, queries, 'query')];
  const [bags, queryBags] = [student.tokenize(documents.texts), student.tokenize(queries.texts)];

  const report = (row: string, D: Matrix, Q: Matrix, figures: Record<string, unknown> = {}) => {
    const { 'ndcg@10': ndcg, 'recall@100': recall } = evaluate({ dataset, kernels, documents: D, queries: Q });
    rows.push({ collection, row, 'ndcg@10': ndcg, 'recall@100': recall, ...figures });
    console.error(`${collection} ${row}: ${ndcg.toFixed(4)}`);
  };
  report('student', D, Q, { encodeSeconds });

  const all = random(1).shuffle(documents.ids.map((_, i) => i));
  const fitted = options.half ? all.slice(0, all.length / 2).sort((a, b) => a - b) : documents.ids.map((_, i) => i);
  const pick = <A>(of: readonly A[]) => fitted.map((i) => of[i]!);
  for (const adapter of options.adapters.split(',') as AdapterKind[]) {
    const { parts, card, figures } = await distil({
      documents: { ids: pick(documents.ids), texts: pick(documents.texts) },
      student: isShipped(name) ? student : picked(student, D, fitted),
      teacherVectors: pickRows(T, fitted),
      teacherId: options.teacher,
      kernels,
      adapter,
      seed: Number(options.seed),
      force: true,
    });
    const corrector = kernelsAdapter({ parts, card }, student.table ? { kernels, table: student.table } : { kernels });
    const corrected = await corrector.correct({ vectors: D, tokens: bags });
    const asked = await corrector.correct({ vectors: Q, tokens: queryBags });
    const { gate } = card;
    const kB = (await writeAdapter(parts, card)).length / 1000;
    const placed = dataset.queries.map((query, position) => ({ ...query, position }));
    const µs = await timeQueries(student, corrector, placed);
    report(adapter, corrected, asked, { ...figures, kB, µs, promoted: gate?.promoted, gate: gate?.reason });
    const aligned = corrector.alignTeacher(T);
    const mixed = mixDocuments(kernels, corrected, aligned);
    report(`${adapter}, mixed documents`, mixed, asked);
    report(`${adapter}, teacher's documents`, aligned, asked);
    report(`${adapter}, documents as advised`, figures.documentSide === 'mixed' ? mixed : corrected, asked);
    console.error(`  ${JSON.stringify(figures)}\n  ${gate?.promoted ? 'promoted' : 'refused'}: ${gate?.reason}`);
    await corrector.dispose();
  }
  report('teacher', T, TQ);
  for (const encoder of [student, teacher]) encoder.dispose();
}

/** A precomputed student of some of the documents. */
function picked(student: Awaited<ReturnType<typeof openEncoder>>, D: Matrix, rows: readonly number[]): typeof student {
  const own = pickRows(D, rows);
  return { ...student, encode: async () => ({ vectors: own, failed: [] }) };
}

if (options.json) console.log(JSON.stringify(rows));
else {
  const columns = [
    'ndcg@10',
    'recall@100',
    'kB',
    'µs',
    'encodeSeconds',
    'chooseSeconds',
    'judgeSeconds',
    'fitSeconds',
    'promoted',
    'documentSide',
    'mixedZ',
    'weighting',
    'prior',
    'lambda',
    'ridge',
  ];
  const cell = (value: unknown) =>
    typeof value === 'number' ? value : value === undefined || value === null ? null : String(value);
  console.log(
    reportTable(
      columns,
      rows.map((row) => ({ name: `${row.collection} ${row.row}`, figures: columns.map((c) => cell(row[c])) })),
    ),
  );
}
