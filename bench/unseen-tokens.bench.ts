// How queries fare by the share of their tokens that a fit has not seen: tokens that the general texts of the student never had, and
// tokens that the documents never had on which the adapter was fitted. nDCG@10 of student, corrected student and teacher.
//
//   CHELATED_DATA=… CHELATED_VECTORS=… node scripts/bun.mjs bench/unseen-tokens.bench.ts [--documents 300,all] [--json] [COLLECTION…]
//
// The student is the shipped one. With fewer documents, drawn by the seed, the searched documents too have tokens that the fit never saw.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { config } from '../src/config.ts';
import { openTokenizer } from '../src/encode/open-tokenizer.ts';
import { readTokens } from '../src/encode/read-tokens.ts';
import { readStudentCard } from '../src/encode/student-card.ts';
import { readStudentFolder, shippedStudent } from '../src/encode/student-folder.ts';
import { evaluate } from '../src/evaluate/evaluate.ts';
import { reportTable } from '../src/evaluate/report-table.ts';
import { loadKernels } from '../src/kernels/load.ts';
import { type Collection, drawDocuments, openCollection, type Sides, someDocuments } from '../src/lab/collection.ts';
import { correctCollection, fitCollection } from '../src/lab/fit-collection.ts';
import { gatherTexts } from '../src/student/gather-texts.ts';
import type { TokenBags } from '../src/token-bags.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    documents: { type: 'string', default: '300,all' },
    seed: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
  },
});
const { CHELATED_DATA: data, CHELATED_VECTORS: vectors } = process.env;
if (!data || !vectors)
  throw new Error('CHELATED_DATA and CHELATED_VECTORS must name the collections and their vectors');
const kernels = await loadKernels();
const general = await generalTokens();

/** Upper ends of the shares that are shown together. */
const bins = [0, 0.1, 0.25, 1];
interface Asked {
  readonly collection: string;
  readonly share: number;
  readonly figures: readonly number[];
}
const tables = new Map<string, Asked[]>();
const note = (table: string, asked: readonly Asked[]) => tables.set(table, [...(tables.get(table) ?? []), ...asked]);

for (const name of positionals.length > 0 ? positionals : ['cisi', 'cranfield', 'scifact', 'vaswani']) {
  const collection = await openCollection(kernels, {
    dataset: join(data, name),
    student: config.student,
    teacher: 'stored:all-MiniLM-L6-v2',
    seed: Number(options.seed),
  });
  for (const count of options.documents.split(',')) {
    const drawn = drawDocuments(collection, count === 'all' ? undefined : Number(count));
    const fitted = someDocuments(collection, drawn);
    const { result } = await fitCollection(fitted, {});
    const { sides } = await correctCollection(collection, result, collection.taught.documents);
    const scored = perQuery(collection, [collection.base, sides, collection.taught]);
    const known = new Set(fitted.base.bags.ids);
    note(
      count === 'all' ? 'not in the documents' : `not in the ${count} documents of the fit`,
      byShare(collection, scored, known),
    );
    if (count === 'all') note('not in the general texts', byShare(collection, scored, general));
    process.stderr.write(`${name}, ${count} documents\n`);
  }
}
if (options.json) console.log(JSON.stringify(Object.fromEntries(tables)));
else {
  for (const [title, asked] of tables) {
    const rows = bins.map((most, i) => {
      const least = bins[i - 1] ?? -1;
      const within = asked.filter(({ share }) => share > least && share <= most);
      const mean = (of: number) =>
        within.length === 0 ? null : within.reduce((sum, { figures }) => sum + figures[of]!, 0) / within.length;
      const name = i === 0 ? 'none' : `${bins[i - 1]} to ${most}`;
      return { name, figures: [`${within.length}`, mean(0), mean(1), mean(2)] };
    });
    console.log(`\nShare of a query's tokens ${title}\n`);
    console.log(reportTable(['queries', 'student', 'corrected', 'teacher'], rows));
  }
}

/** nDCG@10 of every judged query, a figure for each of the sides. */
function perQuery(collection: Collection, sides: readonly Sides[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const side of sides) {
    for (const { id, 'ndcg@10': ndcg } of evaluate({ dataset: collection.data, kernels, ...side }).perQuery) {
      found.set(id, [...(found.get(id) ?? []), ndcg]);
    }
  }
  return found;
}

function byShare(
  { name, data: { queries }, encoder }: Collection,
  scored: ReadonlyMap<string, number[]>,
  known: ReadonlySet<number>,
): Asked[] {
  // As they stand in the text: a context gate would count some of them more than others.
  const bags = readTokens(
    queries.map(({ text }) => text),
    encoder.tokenizer,
  );
  return queries.flatMap(({ id }, i) => {
    const figures = scored.get(id);
    return figures ? [{ collection: name, share: unseenShare(bags, i, known), figures }] : [];
  });
}

function unseenShare({ ids, counts, offsets }: TokenBags, i: number, known: ReadonlySet<number>): number {
  let [unseen, all] = [0, 0];
  for (let at = offsets[i]!; at < offsets[i + 1]!; at++) {
    all += counts[at]!;
    if (!known.has(ids[at]!)) unseen += counts[at]!;
  }
  return all === 0 ? 0 : unseen / all;
}

/** Tokens of the texts that the shipped student was made from, by its card. */
async function generalTokens(): Promise<ReadonlySet<number>> {
  const files = await readStudentFolder(shippedStudent());
  const provenance = readStudentCard(files.card).provenance as unknown as Provenance;
  const { wordnet, fingerprint } = provenance.texts;
  const from = { files: [], general: 'wordnet', limit: wordnet.texts, seed: provenance.seed } as const;
  const { texts, sources } = await gatherTexts(from);
  if (sources.fingerprint !== fingerprint) throw new Error('the card names other general texts');
  return new Set(readTokens(texts, await openTokenizer(files.tokenizer)).ids);
}

interface Provenance {
  readonly seed: number;
  readonly texts: { readonly wordnet: { readonly texts: number }; readonly fingerprint: string };
}
