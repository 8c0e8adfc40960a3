// What SQLite's FTS5 is given to index and to search for, alone and fused with the default adapter's vectors: nDCG@10.
//
//   CHELATED_DATA=… CHELATED_VECTORS=… node scripts/bun.mjs bench/search-words.bench.ts [--json] [COLLECTION…]
import { Database } from 'bun:sqlite';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import removeWords from 'wink-nlp-utils/src/tokens-remove-words.js';
import { config } from '../src/config.ts';
import { fuseRuns } from '../src/evaluate/fuse.ts';
import { judgedQueries } from '../src/evaluate/judged-queries.ts';
import { type Run, rank } from '../src/evaluate/ranking.ts';
import { reportTable } from '../src/evaluate/report-table.ts';
import { scoreRun } from '../src/evaluate/score-run.ts';
import type { TextRecord } from '../src/evaluate/text-record.ts';
import { loadKernels } from '../src/kernels/load.ts';
import { openCollection } from '../src/lab/collection.ts';
import { fitCollection } from '../src/lab/fit-collection.ts';
import { scoreSides } from '../src/lab/score-sides.ts';
import { queryTerms, wordRuns, wordTerms } from '../src/word-terms.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
});
const collections = positionals.length > 0 ? positionals : ['cisi', 'cranfield', 'scifact', 'vaswani'];
/** As many as a fused search looks at. */
const deep = config.fusion.depth;

interface Variant {
  readonly name: string;
  readonly tokenizer: string;
  readonly indexed: (text: string) => string;
  readonly asked: (query: string) => readonly string[];
}

const whole = (text: string) => text;
const terms = (text: string) => wordTerms(text).join(' ');
const variants: readonly Variant[] = [
  { name: 'FTS5’s porter', tokenizer: 'porter', indexed: whole, asked: wordRuns },
  {
    name: 'the same, no stop words in a query',
    tokenizer: 'porter',
    indexed: whole,
    asked: (q) => removeWords(wordRuns(q)),
  },
  { name: 'Porter 2, no stop words (kept)', tokenizer: 'ascii', indexed: terms, asked: queryTerms },
  {
    name: 'the same, a word of a query once',
    tokenizer: 'ascii',
    indexed: terms,
    asked: (q) => [...new Set(queryTerms(q))],
  },
  {
    name: 'the same, 64 words of a query',
    tokenizer: 'ascii',
    indexed: terms,
    asked: (q) => queryTerms(q).slice(0, 64),
  },
];

const kernels = await loadKernels();
const rows = variants.map(({ name }) => ({ name, figures: [] as number[] }));
for (const name of collections) {
  const lab = await openCollection(kernels, {
    ...{ dataset: join(process.env.CHELATED_DATA!, name), student: config.student },
    ...{ teacher: `stored:${config.teacher}`, seed: config.seed },
  });
  const queries = judgedQueries(lab.data).map((i) => lab.data.queries[i]!);
  const vectors = scoreSides(lab, (await fitCollection(lab, {})).sides).run;
  const ndcg = (run: Run) => scoreRun(run, lab.data.judgements)['ndcg@10'];
  variants.forEach((variant, i) => {
    const words = search(variant, lab.data.documents, queries);
    rows[i]!.figures.push(ndcg(words), ndcg(fuseRuns([vectors, words], {})));
  });
}
const columns = collections.flatMap((name) => [name, 'fused']);
console.log(values.json ? JSON.stringify(rows) : reportTable(columns, rows));

function search(
  { tokenizer, indexed, asked }: Variant,
  documents: readonly TextRecord[],
  queries: readonly TextRecord[],
): Run {
  const database = new Database(':memory:');
  database.run(`CREATE VIRTUAL TABLE words USING fts5(terms, tokenize = '${tokenizer}')`);
  const insert = database.prepare('INSERT INTO words (rowid, terms) VALUES (?, ?)');
  database.transaction(() => {
    for (const [i, { text }] of documents.entries()) insert.run(i, indexed(text));
  })();
  const find = database.prepare(
    'SELECT rowid, -bm25(words) AS score FROM words WHERE words MATCH ? ORDER BY score DESC, rowid LIMIT ?',
  );
  const run: Run = new Map(
    queries.map(({ id, text }) => {
      const match = asked(text)
        .map((term) => `"${term}"`)
        .join(' OR ');
      const found = (match === '' ? [] : find.all(match, deep)) as { rowid: number; score: number }[];
      return [
        id,
        rank(
          found.map(({ rowid }) => documents[rowid]!.id),
          found.map(({ score }) => score),
        ),
      ];
    }),
  );
  database.close();
  return run;
}
