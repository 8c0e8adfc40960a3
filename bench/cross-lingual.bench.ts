// A student of English word pieces taught another language: documents in that language, the teacher's vectors of their
// English text. The parallel text is CLDR's names and keywords of characters and emoji (npm package cldr-annotations-full,
// 48.2.0, Unicode-3.0): `npm install --no-save cldr-annotations-full@48.2.0` in any folder.
//
//   CHELATED_MODELS=… node scripts/bun.mjs bench/cross-lingual.bench.ts --from FOLDER/node_modules/cldr-annotations-full [LANGUAGE…] [--reads] [--cache DIR] [--json]
//
// --reads also measures the teacher on the other language, which it was not made for: 2,000 more texts a language.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withCandidate } from '../src/distil/candidate.ts';
import { distil } from '../src/distil/distil.ts';
import { cachedEncoder } from '../src/encode/cache/cached-encoder.ts';
import { openEncoder } from '../src/encode/open-encoder.ts';
import { bm25 } from '../src/evaluate/bm25.ts';
import { type Dataset, parseDataset } from '../src/evaluate/dataset.ts';
import { evaluate } from '../src/evaluate/evaluate.ts';
import { reportTable } from '../src/evaluate/report-table.ts';
import { scoreRun } from '../src/evaluate/score-run.ts';
import { loadKernels } from '../src/kernels/load.ts';
import { type Matrix, pickRows } from '../src/matrix.ts';
import { random } from '../src/random.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    from: { type: 'string' },
    cache: { type: 'string' },
    reads: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
if (!values.from) throw new Error('give --from, the folder of the package cldr-annotations-full');
const kernels = await loadKernels();
const student = await openEncoder('static', { kernels });
const model = await openEncoder('all-MiniLM-L6-v2', { kernels });
const teacher = values.cache ? cachedEncoder(model, { directory: values.cache }) : model;

interface Named {
  readonly name: string;
  /** Name and keywords. */
  readonly text: string;
}

const english = await readNames('en');
const rows: { name: string; figures: (number | null)[] }[] = [];
for (const language of positionals.length > 0 ? positionals : ['de', 'fr', 'fi', 'ru']) {
  const other = await readNames(language);
  const ids = [...english.keys()].filter((id) => other.has(id));
  const order = random(0).shuffle(ids.map((_, i) => i));
  const test = order.slice(0, Math.floor(ids.length / 5));
  const fitted = order.slice(test.length).sort((a, b) => a - b);
  const of = (names: Map<string, Named>, part: keyof Named) => ids.map((id) => names.get(id)![part]);
  const [texts, englishTexts] = [of(other, 'text'), of(english, 'text')];
  const T = await vectors(teacher, englishTexts, 'document');
  const pick = (from: readonly string[]) => fitted.map((i) => from[i]!);

  const ask = (documents: readonly string[], queries: readonly string[]): Dataset =>
    parseDataset({
      name: language,
      corpus: jsonLines(documents.map((text, i) => ({ _id: String(i), text }))),
      queries: jsonLines(test.map((i) => ({ _id: String(i), text: queries[i]! }))),
      judgements: test.map((i) => `${i}\t${i}\t1`).join('\n'),
    });
  // English names look for texts of the other language; its names look for English texts.
  const [into, back] = [ask(texts, of(english, 'name')), ask(englishTexts, of(other, 'name'))];
  const queriesOf = ({ queries }: Dataset) => queries.map(({ text }) => text);
  const score = (dataset: Dataset, documents: Matrix, queries: Matrix) =>
    evaluate({ dataset, kernels, documents, queries })['ndcg@10'];
  const words = async (dataset: Dataset) =>
    scoreRun(await bm25({ documents: dataset.documents, queries: dataset.queries }), dataset.judgements)['ndcg@10'];
  const report = (row: string, ...figures: (number | null)[]) => {
    rows.push({ name: `${language}: ${row}`, figures });
    console.error(rows.at(-1)!.name, ...figures);
  };

  const [X, E] = [await vectors(student, texts, 'document'), await vectors(student, englishTexts, 'document')];
  const [Q, B] = [await vectors(student, queriesOf(into), 'query'), await vectors(student, queriesOf(back), 'query')];
  report('student', score(into, X, Q), score(back, E, B));
  report('BM25', await words(into), await words(back));
  const both = { texts: [...pick(texts), ...pick(englishTexts)], rows: [...fitted, ...fitted] };
  for (const [name, side] of [
    ['taught the other language', { texts: pick(texts), rows: fitted }],
    ['taught both', both],
  ] as const) {
    const result = await distil({
      documents: { ids: side.texts.map((_, i) => String(i)), texts: side.texts },
      student,
      teacherVectors: pickRows(T, side.rows),
      teacherId: teacher.id,
      kernels,
      force: true,
    });
    console.error(`${language}: ${name}: ${result.card.gate!.reason}`);
    await withCandidate(kernels, { table: student.table ?? null }, result, async (adapter) => {
      const correct = (asked: readonly string[], base: Matrix) =>
        adapter.correct({ vectors: base, tokens: student.tokenize(asked) });
      const [D, asked] = [await correct(texts, X), await correct(queriesOf(into), Q)];
      const [E2, asked2] = [await correct(englishTexts, E), await correct(queriesOf(back), B)];
      report(
        `${name}, ${result.card.gate!.promoted ? 'promoted' : 'refused'}`,
        score(into, D, asked),
        score(back, E2, asked2),
      );
      // The English side as the teacher has it: its queries, its documents.
      const taughtQueries = adapter.alignTeacher(await vectors(teacher, queriesOf(into), 'query'));
      const aligned = adapter.alignTeacher(T);
      report(`${name}, English by the teacher`, score(into, D, taughtQueries), score(back, aligned, asked2));
    });
  }
  const named = await vectors(teacher, queriesOf(into), 'query');
  if (values.reads) {
    const [read, asked] = [await vectors(teacher, texts, 'document'), await vectors(teacher, queriesOf(back), 'query')];
    report('teacher on both languages', score(into, read, named), score(back, T, asked));
  }
  report('teacher, all in English', score(into, T, named), null);
  console.error(`${language}: ${ids.length} pairs, ${test.length} of them queries`);
}
const columns = ['English → other, ndcg@10', 'other → English, ndcg@10'];
console.log(values.json ? JSON.stringify(rows) : reportTable(columns, rows));

async function vectors(encoder: typeof student, texts: readonly string[], role: 'document' | 'query'): Promise<Matrix> {
  return (await encoder.encode(texts, { role })).vectors;
}

/** Names and keywords of every character that has a name. */
async function readNames(language: string): Promise<Map<string, Named>> {
  const path = join(values.from!, 'annotations', language, 'annotations.json');
  const entries: Record<string, { tts?: string[]; default?: string[] }> = JSON.parse(await readFile(path, 'utf8'))
    .annotations.annotations;
  return new Map(
    Object.entries(entries).flatMap(([character, { tts, default: keywords = [] }]) =>
      tts ? [[character, { name: tts[0]!, text: `${tts[0]}: ${keywords.join(', ')}` }]] : [],
    ),
  );
}

function jsonLines(records: readonly object[]): string {
  return records.map((record) => JSON.stringify(record)).join('\n');
}
