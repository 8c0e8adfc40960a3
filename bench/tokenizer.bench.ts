// Tokenising alone: SciFact's abstracts a second and µs a query, WordPiece in WebAssembly beside @huggingface/tokenizers, bare and
// with the word cache in front of it, and with words and pairs of words as further tokens. The same ids are asserted first. Rounds alternate; the median of five counts.
//   CHELATED_DATA=… node scripts/bun.mjs bench/tokenizer.bench.ts
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer as Library } from '@huggingface/tokenizers';
import { config } from '../src/config.ts';
import { libraryTokenizer } from '../src/encode/library-tokenizer.ts';
import { shippedStudent } from '../src/encode/student-folder.ts';
import { wordPieceTokenizer } from '../src/encode/word-piece.ts';
import { judgedQueries } from '../src/evaluate/judged-queries.ts';
import { readDataset } from '../src/evaluate/read-dataset.ts';
import { reportTable } from '../src/evaluate/report-table.ts';

const ROUNDS = 5;
const MAX_TOKENS = 512;
const data = process.env.CHELATED_DATA;
if (!data) throw new Error('CHELATED_DATA must name the folder that holds scifact');
const dataset = await readDataset(join(data, 'scifact'));
const documents = dataset.documents.map(({ text }) => text);
const queries = judgedQueries(dataset).map((position) => dataset.queries[position]!.text);

const json = await readFile(join(shippedStudent(), 'tokenizer.json'), 'utf8');
const opened: string[] = [];
const timed = async <T>(name: string, open: () => Promise<T> | T): Promise<T> => {
  const start = performance.now();
  const made = await open();
  opened.push(`${name} ${(performance.now() - start).toFixed(0)} ms`);
  return made;
};
const wordPiece = (await timed('WordPiece', () => wordPieceTokenizer(json)))!;
const words = (await wordPieceTokenizer(json, undefined, config.words.bucketBits))!;
const library = await timed('library', () => new Library(JSON.parse(json), {}));
const cached = await libraryTokenizer(json);
const variants: readonly (readonly [name: string, encode: (text: string) => ArrayLike<number>])[] = [
  ['WordPiece in WebAssembly', (text) => wordPiece.encode(text, MAX_TOKENS)],
  ['the same with words and pairs of words', (text) => words.encode(text, MAX_TOKENS)],
  ['@huggingface/tokenizers', (text) => library.encode(text, { add_special_tokens: false }).ids],
  ['@huggingface/tokenizers, word cache', (text) => cached.encode(text, MAX_TOKENS)],
];

let tokens = 0;
const differ = documents.filter((text) => {
  const ids = wordPiece.encode(text, MAX_TOKENS);
  tokens += ids.length;
  const expected = library.encode(text, { add_special_tokens: false }).ids.slice(0, MAX_TOKENS);
  return ids.length !== expected.length || ids.some((id, i) => id !== expected[i]);
});
console.log(
  `${documents.length} documents, ${tokens} tokens, ${queries.length} queries of SciFact; Bun ${process.versions.bun}`,
);
console.log(`texts whose ids differ from the library's: ${differ.length}; opened: ${opened.join(', ')}`);

const spent = variants.map(() => ({ documents: [] as number[], queries: [] as number[] }));
let sink = 0;
for (let round = 0; round < ROUNDS; round++) {
  const order = [...variants.keys()];
  if (round % 2) order.reverse();
  for (const v of order) {
    for (const [kind, texts] of [['documents', documents] as const, ['queries', queries] as const]) {
      const start = performance.now();
      for (const text of texts) sink += variants[v]![1](text).length;
      spent[v]![kind].push((performance.now() - start) / texts.length);
    }
  }
}
if (sink === 0) throw new Error('nothing was tokenised');
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const bare = median(spent[2]!.documents);
const rows = variants.map(([name], v) => {
  const ms = median(spent[v]!.documents);
  const figures = [1000 / ms, 1000 * median(spent[v]!.queries), bare / ms].map((x) => Number(x.toPrecision(3)));
  return { name, figures };
});
console.log(reportTable(['documents/s', 'µs a query', '× the library'], rows));
