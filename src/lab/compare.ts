import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import { bm25 } from '../evaluate/bm25.ts';
import type { Dataset } from '../evaluate/dataset.ts';
import { fuseRuns, fusions } from '../evaluate/fuse.ts';
import { judgedQueries } from '../evaluate/judged-queries.ts';
import type { Run } from '../evaluate/ranking.ts';
import { readDataset } from '../evaluate/read-dataset.ts';
import { judgedPairs } from '../labelled/judged-pairs.ts';
import { fitNudge, nudgeKinds } from '../labelled/nudge.ts';
import { fitQueryMap } from '../labelled/query-map.ts';
import { sdft } from '../labelled/sdft.ts';
import { type Collection, openCollection, type Sides, sidesOf } from './collection.ts';
import { compareReport } from './compare-report.ts';
import { combinations, type Experiment, type LabRow, labCell } from './experiment.ts';
import { correctCollection, type FitOptions, fitCollection, gateColumns } from './fit-collection.ts';
import { model2vecRecipe } from './model2vec-recipe.ts';
import { type Scored, scoreLists, scoreSides } from './score-sides.ts';

/** Everything that corrects, beside what it has to beat. Labelled methods are measured where there is a train split. */
export const compare: Experiment = {
  name: 'compare',
  description: 'every correction, BM25 and their fusion side by side',
  parameters: ['method'],
  cells: (setup) =>
    combinations(setup).flatMap((combination) =>
      Object.entries(groups).map(([group, measure]) =>
        labCell(combination, [group], async () => measure(await openCollection(setup.kernels, combination))),
      ),
    ),
  report: compareReport,
};

/** Methods that share work are measured together. */
const groups: Record<string, (collection: Collection) => Promise<LabRow[]>> = {
  references,
  'model2vec’s recipe': recipe,
  'closed forms': closedForms,
  mlp,
  'labelled, student': labelledStudent,
  'labelled, SDFT': labelledSdft,
};

const row = (collection: Collection, method: string, figures: LabRow): LabRow => ({
  collection: collection.name,
  student: collection.student,
  teacher: collection.teacher,
  seed: collection.seed,
  method,
  ...figures,
});

async function words({ data }: Collection): Promise<Run> {
  return bm25({ documents: data.documents, queries: judgedQueries(data).map((i) => data.queries[i]!) });
}

/** A search, and its fusion with BM25. */
function withFusion(collection: Collection, method: string, { figures, run }: Scored, byWords: Run, more: LabRow = {}) {
  return [
    row(collection, method, { ...figures, ...more }),
    ...fusions.map((fusion) =>
      row(
        collection,
        `${method} + BM25, ${fusion}`,
        scoreLists(collection, fuseRuns([run, byWords], { method: fusion, k: config.evaluate.runDepth })),
      ),
    ),
  ];
}

async function references(collection: Collection): Promise<LabRow[]> {
  const byWords = await words(collection);
  const unasked = await unaskedQueries(collection);
  return [
    ...withFusion(collection, 'student', scoreSides(collection, collection.base), byWords, unasked),
    row(collection, 'BM25', scoreLists(collection, byWords)),
    ...withFusion(collection, 'teacher', scoreSides(collection, collection.taught), byWords),
  ];
}

/** The token table that its teacher's model gives without any learning; a row that says so where that model is not there. */
async function recipe(collection: Collection): Promise<LabRow[]> {
  const method = 'model2vec’s recipe';
  const student = await model2vecRecipe(collection.kernels, collection.teacher);
  if (!student) {
    const leftOut = `${method} needs the teacher’s model itself below CHELATED_MODELS (${collection.teacher})`;
    return [row(collection, method, { ndcg: null, leftOut })];
  }
  const sides = await sidesOf(student, collection.data);
  return [row(collection, method, scoreSides(collection, sides).figures)];
}

/**
 * Which test queries (1) have no relevant document that a train query has too: on the others, what was learned of a document
 * from labels is asked for again.
 */
async function unaskedQueries(collection: Collection): Promise<LabRow> {
  const train = await trainSplit(collection);
  if (!train) return {};
  const relevant = (of: Dataset, id: string) =>
    Array.from(of.judgements.get(id) ?? []).flatMap(([document, grade]) => (grade > 0 ? [document] : []));
  const asked = new Set(judgedQueries(train).flatMap((i) => relevant(train, train.queries[i]!.id)));
  const { data } = collection;
  const unasked = judgedQueries(data).map((i) =>
    relevant(data, data.queries[i]!.id).some((document) => asked.has(document)) ? 0 : 1,
  );
  return { unasked };
}

async function closedForms(collection: Collection): Promise<LabRow[]> {
  const byWords = await words(collection);
  const rows: LabRow[] = [];
  const asked: [string, FitOptions][] = [
    ['baseline (push), affine', { mode: 'baseline', adapter: 'affine' }],
    ['baseline (push), lexical', { mode: 'baseline' }],
    ['offline, affine', { adapter: 'affine' }],
    ['hybrid α .5, lexical', { mode: 'hybrid', alpha: 0.5 }],
    ['offline, lexical', {}],
  ];
  for (const [method, options] of asked) {
    if (!collection.encoder.table && options.adapter === undefined) continue;
    const { result, sides, aligned } = await fitCollection(collection, options);
    const scored = scoreSides(collection, sides);
    const gate = gateColumns(result.card.gate);
    const isDefault = method === 'offline, lexical';
    if (!isDefault) rows.push(row(collection, method, { ...scored.figures, ...gate }));
    else {
      rows.push(...withFusion(collection, method, scored, byWords, gate));
      const asymmetric = scoreSides(collection, { ...sides, documents: aligned! });
      rows.push(...withFusion(collection, `${method}, teacher’s documents`, asymmetric, byWords));
    }
  }
  return rows;
}

async function mlp(collection: Collection): Promise<LabRow[]> {
  const { result, sides } = await fitCollection(collection, { adapter: 'mlp' });
  return [
    row(collection, 'offline, mlp', { ...scoreSides(collection, sides).figures, ...gateColumns(result.card.gate) }),
  ];
}

/** The same collection with the judgements of its train split; null where it has none. */
async function trainSplit({ dataset }: Collection): Promise<Dataset | null> {
  try {
    return await readDataset(dataset, { split: 'train' });
  } catch (error) {
    if (error instanceof ChelatedError && error.code === 'not_found') return null;
    throw error;
  }
}

async function labelledStudent(collection: Collection): Promise<LabRow[]> {
  const train = await trainSplit(collection);
  if (!train) return [];
  const { kernels, base, seed } = collection;
  const pairs = judgedPairs(train, seed);
  const { sides } = await fitCollection(collection, {});
  return [...labelled('student', base), ...labelled('offline, lexical', sides)];

  function labelled(of: string, { documents, queries }: Sides): LabRow[] {
    const [D, Q] = [kernels.normalize(documents), kernels.normalize(queries)];
    const nudged = nudgeKinds.map((kind) => {
      const { documents: moved, gamma, score } = fitNudge(kernels, D, Q, pairs, kind);
      const { figures } = scoreSides(collection, { documents: moved, queries: Q }, 'dot');
      return row(collection, `${of} + ${kind}`, { ...figures, gamma, heldOut: score });
    });
    const mapped = fitQueryMap(kernels, D, Q, pairs);
    const { figures } = scoreSides(collection, { documents: D, queries: mapped.queries });
    const chosen = { lambda: mapped.lambda, heldOut: mapped.score };
    return [...nudged, row(collection, `${of} + query map`, { ...figures, ...chosen })];
  }
}

async function labelledSdft(collection: Collection): Promise<LabRow[]> {
  const train = await trainSplit(collection);
  if (!train) return [];
  const { kernels, base, taught, seed } = collection;
  const pairs = judgedPairs(train, seed);
  const { result } = await fitCollection(collection, { adapter: 'mlp' });
  const tuned = [];
  for (const learningRate of config.labelled.learningRates) {
    const input = { X: base.documents, Q: base.queries, distilled: result.parts, pairs, seed, learningRate };
    tuned.push({ learningRate, ...(await sdft(kernels, input)) });
  }
  // Train queries kept out choose the rate.
  const best = tuned.reduce((a, b) => (b.trained.heldOutLoss! < a.trained.heldOutLoss! ? b : a));
  const { sides } = await correctCollection(collection, { ...result, parts: best.parts }, taught.documents);
  const facts = {
    learningRate: best.learningRate,
    epochs: best.trained.bestEpoch,
    heldOutLoss: best.trained.heldOutLoss,
  };
  return [row(collection, 'SDFT', { ...scoreSides(collection, sides).figures, ...facts })];
}
