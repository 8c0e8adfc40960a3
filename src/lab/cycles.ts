import { collapseDetector } from '../collapse/detector.ts';
import { neighbours } from '../collapse/neighbours.ts';
import { spread } from '../collapse/spread.ts';
import { config } from '../config.ts';
import { type AlphaShape, alphaSchedule, alphaShapes } from '../distil/alpha-schedule.ts';
import { firstChoice, taughtChoice } from '../distil/choice.ts';
import { adapterFits } from '../distil/fit-adapter.ts';
import { type FitPlan, fitData } from '../distil/fit-plan.ts';
import { makeCard } from '../distil/make-card.ts';
import { average } from '../evaluate/average.ts';
import { judgedQueries } from '../evaluate/judged-queries.ts';
import type { SparseRows } from '../kernels/kernels.ts';
import { type Matrix, pickRows } from '../matrix.ts';
import { random } from '../random.ts';
import { type Collection, openCollection, type Sides } from './collection.ts';
import { cyclesReport } from './cycles-report.ts';
import { combinations, type Experiment, type LabRow, labCell } from './experiment.ts';
import { correctCollection } from './fit-collection.ts';
import { encodePseudo, pseudoQueries } from './pseudo-queries.ts';
import { round, scoreSides } from './score-sides.ts';
import { spearman } from './spearman.ts';

interface CycleMode {
  readonly name: string;
  /** What tells it from the same mode of another run. */
  readonly parts: readonly number[];
  /** What a cycle learns, by its number: 0 for the push alone. */
  readonly alphaOf: (cycle: number) => number;
}

const modes = (alpha: number): CycleMode[] => [
  { name: 'baseline', parts: [], alphaOf: () => 0 },
  { name: 'hybrid', parts: [alpha], alphaOf: () => alpha },
  ...alphaShapes.map((shape) => ({
    name: curriculumNames[shape],
    parts: [],
    alphaOf: alphaSchedule({ ...config.cycles.curriculum, cycles: config.cycles.count, shape }),
  })),
];

/** The straight one goes by the name that it has in rows of earlier runs. */
const curriculumNames: Readonly<Record<AlphaShape, string>> = {
  linear: 'hybrid, curriculum',
  cosine: 'hybrid, cosine curriculum',
};

/**
 * Cycles of queries and sedimentation, as the source runs them, but for what it gets wrong: corrections do not compound,
 * and the whole index is corrected. The traffic is parts of documents; judged queries only measure. Every fit is promoted,
 * whatever a gate would say, so that its effect is seen.
 */
export const cycles: Experiment = {
  name: 'cycles',
  description: `${config.cycles.count} cycles of queries and sedimentation: collapse, alignment, quality, hubness`,
  parameters: ['mode', 'cycle', 'alpha'],
  takesAlpha: true,
  cells: (setup) =>
    combinations(setup).flatMap((combination) =>
      modes(setup.alpha).map((mode) =>
        labCell(combination, [mode.name, ...mode.parts], async () =>
          measure(await openCollection(setup.kernels, combination), mode, setup.signal),
        ),
      ),
    ),
  report: cyclesReport,
};

async function measure(
  collection: Collection,
  { name: mode, alphaOf }: CycleMode,
  signal?: AbortSignal,
): Promise<LabRow[]> {
  const { base, seed } = collection;
  const { count, queries } = config.cycles;
  const traffic = await encodeTraffic(collection, queries * count);
  const events: Uint32Array[] = [];
  let serving: Serving = { sides: base, traffic: traffic.vectors, aligned: null };
  const rows: LabRow[] = [];
  for (let cycle = 0; cycle <= count; cycle++) {
    signal?.throwIfAborted();
    const seen = look(collection, serving, batch(cycle, queries, traffic.vectors.rows));
    rows.push({
      collection: collection.name,
      student: collection.student,
      teacher: collection.teacher,
      seed,
      mode,
      cycle,
      alpha: cycle === 0 ? 0 : alphaOf(cycle),
      events: events.length,
      ...seen.figures,
    });
    events.push(...seen.events);
    if (cycle < count) serving = await sediment(collection, traffic, events, alphaOf(cycle + 1));
  }
  return rows;
}

type Traffic = Awaited<ReturnType<typeof encodeTraffic>>;

/** What serves in a cycle: the corrected collection, and the traffic that passes through the same correction. */
interface Serving {
  readonly sides: Sides;
  readonly traffic: Matrix;
  /** The teacher's documents in the same space. */
  readonly aligned: Matrix | null;
}

async function encodeTraffic({ encoder, texts, seed }: Collection, count: number) {
  const { segments } = await encodePseudo(encoder, { ...pseudoQueries(texts, seed, count), rests: [] });
  return segments;
}

/** Rows of a cycle's queries: the traffic round and round. */
function batch(cycle: number, queries: number, all: number): number[] {
  return Array.from({ length: Math.min(queries, all) }, (_, i) => (cycle * queries + i) % all);
}

/** A cycle's queries are answered and looked at, then the judged ones. */
function look(collection: Collection, { sides, traffic, aligned }: Serving, asked: readonly number[]) {
  const { kernels, data, seed } = collection;
  const { neighbours: k, percentile, calibrationDocuments } = config.collapse;
  const documents = kernels.normalize(sides.documents);
  const index = kernels.hold(documents);
  try {
    const sample = random(seed)
      .shuffle(Array.from({ length: documents.rows }, (_, i) => i))
      .slice(0, calibrationDocuments);
    const detector = collapseDetector(
      spread(kernels, index, neighbours(kernels, index, documents, sample, k)),
      percentile,
    );
    const around = (Q: Matrix): SparseRows => {
      const found = kernels.topK(index, kernels.normalize(Q), k);
      const offsets = Uint32Array.from({ length: Q.rows + 1 }, (_, i) => i * found.k);
      return { rows: Q.rows, columns: documents.rows, offsets, ids: found.indices, values: found.scores };
    };
    const sets = around(pickRows(traffic, asked));
    const collapsed = spread(kernels, index, sets).map((value) => (detector.collapsed(value) ? 1 : 0));
    const events = Array.from(collapsed.keys())
      .filter((i) => collapsed[i] === 1)
      .map((i) => sets.ids.slice(sets.offsets[i], sets.offsets[i + 1]));
    const judged = spread(kernels, index, around(pickRows(sides.queries, judgedQueries(data))));
    const judgedCollapsed = judged.map((value) => (detector.collapsed(value) ? 1 : 0));
    const { figures } = scoreSides(collection, sides);
    return {
      events,
      figures: {
        collapse: round(mean(collapsed)),
        judgedCollapse: round(mean(judgedCollapsed)),
        judgedCollapsed: Array.from(judgedCollapsed),
        spread: round(mean(judged)),
        spearman: round(spearman(judged, figures.perQuery as readonly number[])),
        alignment: aligned && round(meanCosine(documents, aligned)),
        ...figures,
      },
    };
  } finally {
    index.free();
  }
}

/** Log → targets → a fit from base vectors → serving. Affine, in the student's space: the push and the blend meet there. */
async function sediment(
  collection: Collection,
  traffic: Traffic,
  events: readonly Uint32Array[],
  alpha: number,
): Promise<Serving> {
  const { kernels, encoder: student, texts, base, taught, seed } = collection;
  const plan: FitPlan = {
    kernels,
    student,
    teacherId: collection.teacher,
    kind: 'affine',
    mode: 'hybrid',
    alpha,
    push: config.push,
    space: 'student',
    seed,
  };
  const table = student.table ?? null;
  const vocabulary = student.tokenizer.vocabularySize;
  const corpus = { texts, X: base.documents, bags: base.bags, T: taught.documents, table, vocabulary, events };
  const { targets, data } = fitData(plan, corpus);
  const { parts, figures: fit } = adapterFits(kernels, data, 'affine')(data.basis ? taughtChoice : firstChoice);
  const documents = base.documents.rows;
  const push = config.push;
  const facts = { kind: plan.kind, student, teacher: plan.teacherId, space: targets.space, mode: plan.mode };
  const card = makeCard({ ...facts, parts, alpha, push, seed, documents, failed: 0, fit, gate: null });
  // The traffic takes the judged queries' place once, to pass through the same correction.
  const own = await correctCollection(collection, { parts, card }, parts.teacher ? taught.documents : null);
  const other = { ...base, queries: traffic.vectors, queryBags: traffic.tokens };
  const asked = await correctCollection({ ...collection, base: other }, { parts, card }, null);
  return { sides: own.sides, traffic: asked.sides.queries, aligned: own.aligned };
}

function meanCosine(X: Matrix, Y: Matrix): number {
  let sum = 0;
  for (let e = 0; e < X.data.length; e++) sum += X.data[e]! * Y.data[e]!;
  return sum / X.rows;
}

const mean = (values: Float64Array) => (values.length === 0 ? 0 : average(values));
