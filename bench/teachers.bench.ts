// One teacher, several with learned weights, and a teacher for each domain, on two collections put together: nDCG@10 of each
// collection's judged queries over the documents of both, without labels; and each against one teacher alone, query by query.
//
//   CHELATED_DATA=… CHELATED_VECTORS=… node scripts/bun.mjs bench/teachers.bench.ts [--general MODEL] [--other MODEL] [--examples 300] [--seed 0] [COLLECTION COLLECTION]
//
// The domain is the second collection: some of its documents show what it is, and the other model teaches it. No model here was
// made for a domain; what is measured is the way, not what a true domain teacher would bring.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { kernelsAdapter } from '../src/adapter/kernels-adapter.ts';
import { distil } from '../src/distil/distil.ts';
import { joinTeachers } from '../src/distil/join-teachers.ts';
import { stackRows } from '../src/distil/stack-rows.ts';
import type { TaughtDocuments } from '../src/distil/taught-documents.ts';
import { teachByDomain } from '../src/distil/teach-by-domain.ts';
import { teachJointly } from '../src/distil/teach-jointly.ts';
import type { Encoder } from '../src/encode/encoder.ts';
import { openEncoder } from '../src/encode/open-encoder.ts';
import { openTokenizer } from '../src/encode/open-tokenizer.ts';
import { readStudentFolder, shippedStudent } from '../src/encode/student-folder.ts';
import { vectorEncoder } from '../src/encode/vector-encoder.ts';
import { readVectorFile } from '../src/encode/vector-files.ts';
import { evaluate } from '../src/evaluate/evaluate.ts';
import { readDataset } from '../src/evaluate/read-dataset.ts';
import { type ReportRow, reportTable } from '../src/evaluate/report-table.ts';
import { loadKernels } from '../src/kernels/load.ts';
import { against, significance } from '../src/lab/against.ts';
import { type MeanRow, meanRow } from '../src/lab/mean-row.ts';
import type { Matrix } from '../src/matrix.ts';
import { random } from '../src/random.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    general: { type: 'string', default: 'all-MiniLM-L6-v2' },
    other: { type: 'string', default: 'all-mpnet-base-v2' },
    examples: { type: 'string', default: '300' },
    seed: { type: 'string', default: '0' },
  },
});
const { CHELATED_DATA: data, CHELATED_VECTORS: vectors } = process.env;
if (!data || !vectors)
  throw new Error('set CHELATED_DATA and CHELATED_VECTORS to the folders of collections and vectors');
const names = positionals.length > 0 ? positionals : ['cisi', 'cranfield'];
const kernels = await loadKernels();
const student = await openEncoder('static', { kernels });
const tokenizer = await openTokenizer((await readStudentFolder(shippedStudent())).tokenizer);
const parts = await Promise.all(names.map(async (name) => readDataset(join(data, name))));
const seed = Number(options.seed);

const prefixed = (at: number, id: string) => `${names[at]}/${id}`;
const all = parts.flatMap(({ documents }, at) => documents.map((each) => ({ ...each, id: prefixed(at, each.id) })));
const documents = { ids: all.map(({ id }) => id), texts: all.map(({ text }) => text) };
const unions = parts.map((own, at) => ({
  ...own,
  documents: all,
  judgements: new Map(
    Array.from(own.judgements, ([query, grades]) => [
      query,
      new Map(Array.from(grades, ([id, grade]) => [prefixed(at, id), grade])),
    ]),
  ),
}));

/** The documents of all collections, and each collection's queries, as a model sees them. */
async function modelOf(id: string): Promise<{ encoder: Encoder; documents: Matrix; queries: Matrix[] }> {
  const read = async (name: string, side: string) =>
    (await readVectorFile(join(vectors!, id, name, `${side}.npy`))).vectors;
  const of = (side: string) => Promise.all(names.map((name) => read(name, side)));
  const own = kernels.normalize(stackRows(...(await of('documents'))));
  const source = { id, model: id, documents: { vectors: own } };
  return { encoder: await vectorEncoder(source, tokenizer, kernels), documents: own, queries: await of('queries') };
}
const [general, other] = [await modelOf(options.general), await modelOf(options.other)];

const rows: ReportRow[] = [];
const perCollection: MeanRow[] = [];
function report(name: string, D: Matrix, queries: readonly Matrix[], note: string | null = null): void {
  const scores = unions.map((dataset, at) => evaluate({ dataset, kernels, documents: D, queries: queries[at]! }));
  const figures = scores.map((score) => score['ndcg@10']);
  scores.forEach(({ perQuery }, at) => {
    const row = { collection: names[at]!, fit: name, ndcg: figures[at]! };
    perCollection.push(meanRow([{ ...row, perQuery: perQuery.map((query) => query['ndcg@10']) }]));
  });
  rows.push({ name, figures: [...figures, figures.reduce((a, b) => a + b, 0) / figures.length, note] });
  console.error(name, ...figures.map((figure) => figure.toFixed(4)), note ?? '');
}

const D = (await student.encode(documents.texts, { role: 'document' })).vectors;
const Q = await Promise.all(
  parts.map(async ({ queries }) =>
    student.encode(
      queries.map(({ text }) => text),
      { role: 'query' },
    ),
  ),
);
report(
  'student',
  D,
  Q.map(({ vectors }) => vectors),
);
report(options.general, general.documents, general.queries);
report(options.other, other.documents, other.queries);

async function learned(name: string, taught: TaughtDocuments): Promise<void> {
  const teaches = { teacherVectors: taught.vectors, teacherId: taught.id };
  const { parts, card } = await distil({ documents, student, kernels, seed, force: true, ...teaches });
  const adapter = kernelsAdapter({ parts, card }, { kernels, table: student.table! });
  const through = async ({ vectors, tokens }: (typeof Q)[number]) => adapter.correct({ vectors, tokens: tokens! });
  const corrected = await adapter.correct({ vectors: D, tokens: student.tokenize(documents.texts) });
  const shares = Object.entries(taught.figures).map(([of, figure]) => `${of}: ${figure}`);
  const verdict = card.gate?.promoted ? 'promoted' : 'refused';
  report(name, corrected, await Promise.all(Q.map(through)), [verdict, ...shares].join('; '));
  await adapter.dispose();
}

const input = { documents, student, kernels, seed };
const alone = (of: typeof general): TaughtDocuments => ({ vectors: of.documents, id: of.encoder.id, figures: {} });
const first = `learned from ${options.general}`;
await learned(first, alone(general));
await learned(`learned from ${options.other}`, alone(other));
const joint = await teachJointly(input, [general.encoder, other.encoder]);
await learned('learned from both, weights learned', joint);
const halves = joinTeachers(kernels, [general.documents, other.documents], [0.5, 0.5]).documents;
await learned('learned from both, equal weights', { vectors: halves, id: 'both', figures: {} });
const shown = random(seed)
  .shuffle(parts[1]!.documents.map(({ text }) => text))
  .slice(0, Number(options.examples));
const byDomain = await teachByDomain(input, alone(general), [{ teacher: other.encoder, examples: shown }]);
await learned(`learned from ${options.general}, ${options.other} for documents like ${names[1]}`, byDomain);
console.log(reportTable([...names, 'mean', 'gate, shares'], rows));

const compared = perCollection.filter(({ mean }) => mean.fit !== options.general && mean.fit !== options.other);
const tested = against(compared, compared, ({ fit }) => fit === first);
const { title, text, table } = significance(
  `Against ${first}`,
  tested,
  ({ collection, fit }) => `${collection}, ${fit}`,
);
console.log(`\n${title}. ${text}\n\n${reportTable(table!.columns, table!.rows)}`);
