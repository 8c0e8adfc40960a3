// What words and pairs of words, hashed into buckets beside the word pieces, would bring the lexical adapter: held-out
// agreement, by which they would be chosen, and nDCG@10. Buckets are further tokens of the student, as those of `static-words` are;
// other ways to cut and to hash than the product's are tried here.
//
//   CHELATED_DATA=… CHELATED_VECTORS=… node scripts/bun.mjs bench/features.bench.ts [COLLECTION…] [--only TEXT] [--json]
//
// --only measures the candidates whose name has TEXT.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { config } from '../src/config.ts';
import { chooseFit } from '../src/distil/choose-fit.ts';
import { fillPlan } from '../src/distil/fill-plan.ts';
import { readCorpus } from '../src/distil/read-corpus.ts';
import { splitDocuments } from '../src/distil/split-documents.ts';
import { documentFrequency } from '../src/distil/token-weighting.ts';
import type { Encoder } from '../src/encode/encoder.ts';
import { wrappedEncoder } from '../src/encode/wrapped-encoder.ts';
import { reportTable } from '../src/evaluate/report-table.ts';
import type { Int8Rows } from '../src/kernels/kernels.ts';
import { loadKernels } from '../src/kernels/load.ts';
import { type Collection, openCollection } from '../src/lab/collection.ts';
import { fitCollection } from '../src/lab/fit-collection.ts';
import { scoreSides } from '../src/lab/score-sides.ts';
import { type TokenBags, tokenBags } from '../src/token-bags.ts';

interface Features {
  readonly name: string;
  /** Of a text's words, or of its word pieces. */
  readonly of: (words: readonly string[], pieces: readonly string[]) => readonly string[];
  readonly bits: number;
  /** Weight of a bucket beside a word piece that is as rare. */
  readonly weight: number;
  /** Buckets of fewer documents are left out. */
  readonly least?: number;
}

const pairs = (words: readonly string[]) => words.slice(1).map((word, i) => `${words[i]} ${word}`);
const both = (words: readonly string[]) => [...words, ...pairs(words)];
const ofPieces = (_: readonly string[], pieces: readonly string[]) => pairs(pieces);
const candidates: readonly (Features | null)[] = [
  null,
  { name: 'words, 2^16, weight 1', of: (words) => words, bits: 16, weight: 1 },
  { name: 'pairs, 2^15, weight 1', of: pairs, bits: 15, weight: 1 },
  { name: 'pairs, 2^18, weight .3', of: pairs, bits: 18, weight: 0.3 },
  { name: 'pairs, 2^18, weight 1', of: pairs, bits: 18, weight: 1 },
  { name: 'words and pairs, 2^18, weight .3', of: both, bits: 18, weight: 0.3 },
  { name: 'words and pairs, 2^18, weight 1', of: both, bits: 18, weight: 1 },
  { name: 'words and pairs, 2^15, weight 1', of: both, bits: 15, weight: 1 },
  { name: 'words and pairs of two documents, 2^18, weight 1', of: both, bits: 18, weight: 1, least: 2 },
  { name: 'words and pairs, 2^13, weight 1', of: both, bits: 13, weight: 1 },
  { name: 'pairs of pieces, 2^15, weight 1', of: ofPieces, bits: 15, weight: 1 },
  { name: 'pairs of pieces of two documents, 2^18, weight 1', of: ofPieces, bits: 18, weight: 1, least: 2 },
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
});
const data = process.env.CHELATED_DATA;
if (!data) throw new Error('set CHELATED_DATA to the folder of collections');
const kernels = await loadKernels();
const rows: { name: string; figures: (number | null)[] }[] = [];
for (const name of positionals.length > 0 ? positionals : ['cisi', 'cranfield', 'scifact', 'vaswani']) {
  const teacher = 'stored:all-MiniLM-L6-v2';
  const plain = await openCollection(kernels, {
    dataset: join(data, name),
    student: config.plainStudent,
    teacher,
    seed: 0,
  });
  for (const features of candidates.filter((candidate) => (candidate?.name ?? 'word pieces').includes(values.only))) {
    const collection = features ? withBuckets(plain, features) : plain;
    const { choice, score } = await chosen(collection);
    const { result, sides } = await fitCollection(collection, { choice });
    const { ndcg } = scoreSides(collection, sides).figures;
    const { agreement, inverseCloze } = result.card.gate!;
    const kB = (result.parts.tokens!.rows.rows * (collection.taught.documents.dims + 4)) / 1000;
    const figures = [score, agreement!.candidate, inverseCloze!.candidate, ndcg as number, choice.lambda, kB];
    rows.push({ name: `${name}: ${features?.name ?? 'word pieces'}`, figures });
    console.error(rows.at(-1)!.name, ...figures);
  }
}
if (values.json) console.log(JSON.stringify(rows));
else
  console.log(
    reportTable(['held-out windows', 'held-out agreement', 'inverse cloze', 'ndcg@10', 'lambda', 'kB of rows'], rows),
  );

/** As `distil` chooses, with the score that it chooses by. */
async function chosen({ encoder, texts, ids, taught, seed }: Collection) {
  const documents = { ids, texts };
  const plan = fillPlan({ documents, student: encoder, teacherVectors: taught.documents, kernels, seed });
  const { corpus } = await readCorpus({ documents, student: encoder, teacher: taught.documents, kernels });
  return chooseFit(plan, corpus, splitDocuments(corpus.X.rows, seed).heldIn);
}

function withBuckets(plain: Collection, features: Features): Collection {
  const { encoder, data, base } = plain;
  const V = encoder.tokenizer.vocabularySize;
  const buckets = 2 ** features.bits;
  const extended = (texts: readonly string[], keeps: (bucket: number) => boolean): TokenBags =>
    tokenBags(
      texts.map((text) => {
        const pieces = encoder.tokenizer.encode(text, encoder.maxTokens);
        const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
        const hashed = features.of(words, Array.from(pieces, String)).map((feature) => fnv1a(feature) % buckets);
        return [...pieces, ...hashed.filter(keeps).map((bucket) => V + bucket)];
      }),
    );
  const frequency = documentFrequency(
    extended(plain.texts, () => true),
    V + buckets,
  ).subarray(V);
  const tokenize = (texts: readonly string[]) =>
    extended(texts, (bucket) => frequency[bucket]! >= (features.least ?? 1));
  // Rows of zeros: weights of their own are what is tried.
  const { rows, weights } = encoder.table!;
  const { dims, data: pieces, scales } = rows as Int8Rows;
  const more = new Int8Array((V + buckets) * dims);
  more.set(pieces);
  const allScales = new Float32Array(V + buckets);
  allScales.set(scales);
  const bags = tokenize(plain.texts);
  const table = {
    rows: { rows: V + buckets, dims, data: more, scales: allScales },
    weights: joined(
      weights,
      sif(bags, V, buckets).map((weight) => weight * features.weight),
    ),
  };
  const student: Encoder = wrappedEncoder(encoder, {
    table,
    tokenizer: { ...encoder.tokenizer, vocabularySize: V + buckets },
    tokenize,
    encode: async (texts, options) => {
      const { vectors, failed } = await encoder.encode(texts, options);
      return { vectors, failed };
    },
  });
  const queryBags = tokenize(data.queries.map(({ text }) => text));
  return { ...plain, encoder: student, base: { ...base, bags, queryBags } };
}

/** SIF weights a/(a + p) of the buckets, from the corpus. */
function sif(bags: TokenBags, V: number, buckets: number): Float32Array {
  const counts = new Float64Array(buckets);
  let total = 0;
  for (let e = 0; e < bags.ids.length; e++) {
    if (bags.ids[e]! < V) continue;
    counts[bags.ids[e]! - V]! += bags.counts[e]!;
    total += bags.counts[e]!;
  }
  return Float32Array.from(counts, (count) => 1e-4 / (1e-4 + count / Math.max(total, 1)));
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const all = new Float32Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
