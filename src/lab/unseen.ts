import type { AdapterKind } from '../adapter/card.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import type { Run } from '../evaluate/ranking.ts';
import { type Collection, drawDocuments, openCollection, type Sides, someDocuments } from './collection.ts';
import { type Combination, combinations, type Experiment, type LabRow, type LabSetup, labCell } from './experiment.ts';
import { correctCollection, fitCollection } from './fit-collection.ts';
import { bySeen, type Halves, halvesOf, leftOutQueries, scoreLeftOut } from './left-out.ts';
import { round } from './score-sides.ts';
import { findTopics, rowsOfTopics } from './topics.ts';
import { unseenReport } from './unseen-report.ts';

const adapters: readonly AdapterKind[] = ['lexical', 'affine'];

/** Fits on half of the documents, searched in all, judged by the other half: drawn one by one, or by whole topics. */
export const unseen: Experiment = {
  name: 'unseen',
  description: 'fits that never saw half of the documents, or half of the topics, judged by those',
  parameters: ['adapter', 'split', 'fitted'],
  cells: (setup) =>
    combinations(setup).flatMap((combination) => [
      labCell(combination, ['references'], () => references(setup, combination)),
      ...adapters.map((adapter) => labCell(combination, [adapter], () => measure(setup, combination, adapter))),
    ]),
  report: unseenReport,
};

interface Split {
  readonly name: string;
  readonly halves: Halves;
}

/** Of documents drawn by the seed, and of topics by the teacher's vectors; no judgement takes part in either. */
function splits(collection: Collection): Split[] {
  const { kernels, seed, taught, texts } = collection;
  const drawn = new Set(drawDocuments(collection, texts.length >> 1));
  const rows = Array.from(texts.keys());
  const { topicOf, centroids } = findTopics(kernels, kernels.normalize(taught.documents), seed);
  return [
    { name: 'documents', halves: [rows.filter((i) => drawn.has(i)), rows.filter((i) => !drawn.has(i))] },
    { name: 'topics', halves: halvesOf(rowsOfTopics(topicOf, centroids.rows)) },
  ];
}

function scored(
  collection: Collection,
  adapter: string,
  { name, halves }: Split,
  fitted: string,
  runs: readonly [Run, Run],
): LabRow {
  const scores = scoreLeftOut(collection.data, halves, runs);
  return {
    collection: collection.name,
    student: collection.student,
    teacher: collection.teacher,
    seed: collection.seed,
    adapter,
    split: name,
    fitted,
    ndcg: round(scores['ndcg@10']),
    perQuery: scores.perQuery.map((query) => round(query['ndcg@10'])),
  };
}

const searched = ({ data, kernels }: Collection, sides: Sides): Run =>
  evaluate({ dataset: data, kernels, ...sides }).run;

/** Student and teacher as they are, and what the splits are like. */
async function references({ kernels }: LabSetup, combination: Combination): Promise<LabRow[]> {
  const collection = await openCollection(kernels, combination);
  const [student, teacher] = [searched(collection, collection.base), searched(collection, collection.taught)];
  return splits(collection).flatMap((split) => {
    const facts = {
      leftOut: split.halves.map((half) => half.length),
      unseenShare: leftOutQueries(collection.data, split.halves).map(({ share }) => round(share)),
    };
    return [
      { ...scored(collection, 'student', split, 'nothing', [student, student]), ...facts },
      scored(collection, 'teacher', split, 'nothing', [teacher, teacher]),
    ];
  });
}

/** Of every split both halves are fitted: each leaves out what the other one has seen. */
async function measure({ kernels }: LabSetup, combination: Combination, adapter: AdapterKind): Promise<LabRow[]> {
  const collection = await openCollection(kernels, combination);
  const all = await fit(Array.from(collection.texts.keys()));
  const rows: LabRow[] = [];
  for (const split of splits(collection)) {
    const { others, these } = bySeen(await fit(split.halves[0]), await fit(split.halves[1]));
    const row = (fitted: string, of: readonly [Fit, Fit]) => ({
      ...scored(collection, adapter, split, fitted, [of[0].run, of[1].run]),
      promoted: Array.from(new Set(of), ({ promoted }) => (promoted ? 1 : 0)),
    });
    rows.push(row('others', others), row('these', these), row('all', [all, all]));
  }
  return rows;

  async function fit(rows: readonly number[]): Promise<Fit> {
    const { result } = await fitCollection(someDocuments(collection, rows), { adapter });
    const { sides } = await correctCollection(collection, result, collection.taught.documents);
    return { run: searched(collection, sides), promoted: result.card.gate?.promoted === true };
  }
}

interface Fit {
  readonly run: Run;
  readonly promoted: boolean;
}
