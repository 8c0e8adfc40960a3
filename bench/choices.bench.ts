// What held-out documents choose beside what the judgements would have chosen: λ, the weighting and the prior of the lexical
// adapter, and the ridge of the affine one. Each is varied alone, around what was chosen; nDCG@10 of all documents fitted.
//
//   CHELATED_DATA=… CHELATED_VECTORS=… node scripts/bun.mjs bench/choices.bench.ts [COLLECTION…] [--json]
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { AdapterKind } from '../src/adapter/card.ts';
import type { Choice } from '../src/distil/choice.ts';
import { chooseFit } from '../src/distil/choose-fit.ts';
import { fillPlan } from '../src/distil/fill-plan.ts';
import { fitCandidate } from '../src/distil/fit-candidate.ts';
import { readCorpus } from '../src/distil/read-corpus.ts';
import { splitDocuments } from '../src/distil/split-documents.ts';
import { weightings } from '../src/distil/token-weighting.ts';
import { reportTable } from '../src/evaluate/report-table.ts';
import { loadKernels } from '../src/kernels/load.ts';
import { openCollection } from '../src/lab/collection.ts';
import { correctCollection } from '../src/lab/fit-collection.ts';
import { scoreSides } from '../src/lab/score-sides.ts';

const varied: readonly { kind: AdapterKind; name: string; values: readonly Partial<Choice>[] }[] = [
  { kind: 'lexical', name: 'λ', values: [0.01, 0.03, 0.1, 0.3, 1, 3].map((lambda) => ({ lambda })) },
  { kind: 'lexical', name: 'weighting', values: weightings.map((weighting) => ({ weighting })) },
  { kind: 'lexical', name: 'prior', values: [true, false].map((prior) => ({ prior })) },
  { kind: 'affine', name: 'ridge', values: [1e-5, 1e-3, 1e-2, 1e-1, 1].map((ridge) => ({ ridge })) },
];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
});
const data = process.env.CHELATED_DATA;
if (!data) throw new Error('set CHELATED_DATA to the folder of collections');
const kernels = await loadKernels();
const teacher = 'stored:all-MiniLM-L6-v2';
const rows: { name: string; figures: (string | number)[] }[] = [];
for (const name of positionals.length > 0 ? positionals : ['cisi', 'cranfield', 'scifact', 'vaswani']) {
  const dataset = join(data, name);
  const collection = await openCollection(kernels, { dataset, student: 'static', teacher, seed: 0 });
  const { ids, texts, encoder: student } = collection;
  const documents = { ids, texts };
  const { corpus } = await readCorpus({ documents, student, teacher: collection.taught.documents, kernels });
  for (const kind of ['lexical', 'affine'] as const) {
    const plan = fillPlan({ documents, student, kernels, teacherVectors: corpus.T!, adapter: kind, seed: 0 });
    const { choice } = await chooseFit(plan, corpus, splitDocuments(corpus.X.rows, 0).heldIn);
    const ndcg = async (other: Partial<Choice>) => {
      const fit = await fitCandidate({ plan, choice: { ...choice, ...other }, failed: 0 }, corpus, 'fit');
      return scoreSides(collection, (await correctCollection(collection, fit, corpus.T)).sides).figures.ndcg as number;
    };
    const honest = await ndcg({});
    for (const { name: what, values } of varied.filter((each) => each.kind === kind)) {
      const tried: { value: string; figure: number }[] = [];
      for (const value of values) tried.push({ value: String(Object.values(value)[0]), figure: await ndcg(value) });
      const oracle = tried.reduce((best, each) => (each.figure > best.figure ? each : best));
      const chosen = String(choice[Object.keys(values[0]!)[0] as keyof Choice]);
      const all = tried.map(({ value, figure }) => `${value} ${figure.toFixed(3)}`).join(', ');
      rows.push({ name: `${name}: ${kind}, ${what}`, figures: [chosen, honest, oracle.value, oracle.figure, all] });
      console.error(rows.at(-1)!.name, ...rows.at(-1)!.figures);
    }
  }
}
const columns = ['chosen', 'ndcg@10', 'oracle', 'oracle’s ndcg@10', 'all that were tried'];
console.log(options.json ? JSON.stringify(rows) : reportTable(columns, rows));
