import type { SignalFigures } from '../adapter/card.ts';
import { breathe } from '../breathe.ts';
import { collapseDetector } from '../collapse/detector.ts';
import { skewness } from '../collapse/hubness.ts';
import { neighbours, othersNear } from '../collapse/neighbours.ts';
import { spread } from '../collapse/spread.ts';
import { config } from '../config.ts';
import { agreement } from '../evaluate/agreement.ts';
import { pairedSignal } from '../evaluate/paired-signal.ts';
import type { Kernels, Resident } from '../kernels/kernels.ts';
import { type Matrix, matrix, pickRows, row } from '../matrix.ts';
import { random } from '../random.ts';
import { stackRows } from '../store/document-batch.ts';
import type { CollectionStore, DocumentBatch, TeacherVectors } from '../store/store.ts';
import type { Generation } from './generation.ts';
import type { Slots } from './slots.ts';

/** What a promoted generation is worth beside the one before it, on the same documents. */
export interface MonitorFigures {
  readonly generation: number;
  readonly against: number;
  /** Mean cosine of corrected documents to the teacher's aligned vectors, 0 … 1; null without a teacher. */
  readonly alignment: number | null;
  /** Skewness of N_k over the sampled documents. */
  readonly skewness: number;
  /**
   * Share of the sampled documents with a collapsed neighbourhood: tighter than `config.collapse.percentile` % of them have it
   * in the generation before, whose own share that is.
   */
  readonly collapseRate: number;
  /** How far each finds the teacher's neighbours: `student` is the generation before, `candidate` this one. */
  readonly agreement: SignalFigures | null;
  /** nDCG of judged queries, where the collection has any. */
  readonly judged: SignalFigures | null;
  /** Why it should not serve any longer, if so. */
  readonly drop: string | null;
}

export interface MonitorInput {
  readonly store: CollectionStore;
  readonly kernels: Kernels;
  readonly slots: Slots;
  readonly teacher: string | null;
  readonly seed: number;
  /** nDCG of each judged query on a generation. */
  readonly judge: ((generation: Generation) => Promise<Float64Array>) | null;
}

/** Runs of documents that the sample is taken in: a database reads a run as fast as a single document. */
const runs = 8;

/**
 * Measures a generation beside another on the same sampled documents, in slices.
 *
 * Judgements decide where there are any, else agreement with the teacher: a paired z below −`config.engine.monitor.z` is a drop.
 */
export async function monitor(input: MonitorInput, now: Generation, before: Generation): Promise<MonitorFigures> {
  const { kernels, judge } = input;
  const { z } = config.engine.monitor;
  const sample = await readSample(input);
  const T = sample.taught;
  const current = await measured(now, sample);
  const earlier = await measured(before, sample);
  const [was, is] = [await neighbourhoods(kernels, earlier), await neighbourhoods(kernels, current)];
  const detector = collapseDetector(was.spreads, config.collapse.percentile);
  const collapsed = is.spreads.filter((each) => detector.collapsed(each)).length;
  const agrees = T && (await taughtAgreement(kernels, T, sample.taughtAt, { earlier, current }));
  const judged = judge && pairedSignal(await judge(before), await judge(now));
  const watched = judged ?? agrees;
  const drop =
    watched && watched.z < -z
      ? `${judged ? 'judged nDCG' : 'agreement with the teacher'} fell from ${watched.student.toFixed(3)} (generation ${before.number}) to ${watched.candidate.toFixed(3)}, z = ${watched.z.toFixed(1)}`
      : null;
  const alignment = T && (await alignmentOf(now, pickRows(current.queries, sample.taughtAt), T));
  return {
    generation: now.number,
    against: before.number,
    alignment,
    skewness: skewness(is.counts),
    collapseRate: collapsed / Math.max(1, is.spreads.length),
    agreement: agrees,
    judged,
    drop,
  };
}

interface Sample {
  /** The documents run by run, ascending. */
  readonly batches: readonly DocumentBatch[];
  readonly slots: readonly number[]; // of all of them
  readonly taught: Matrix | null;
  /** Positions of the documents that `taught` has rows for. */
  readonly taughtAt: readonly number[];
}

async function readSample(input: MonitorInput): Promise<Sample> {
  const { store, slots, teacher, seed } = input;
  const rows = [...slots.rows()].sort((a, b) => a - b);
  const { documents } = config.engine.monitor;
  const width = Math.ceil(documents / runs);
  const generator = random(seed);
  const picked = new Set<number>();
  const taughtOf = new Map<number, Float32Array>();
  for (let i = 0; i < runs && rows.length > 0; i++) {
    const first = rows.length <= documents ? i * width : generator.integer(rows.length - width + 1);
    const run = rows.slice(first, first + width);
    if (run.length === 0) break;
    for (const each of run) picked.add(each);
    const from = teacher === null ? null : await store.teacherVectors(teacher, run[0]! - 1, width);
    if (from) keepRows(from, taughtOf);
  }
  const batches: DocumentBatch[] = [];
  const ascending = [...picked].sort((a, b) => a - b);
  for (let from = 0; from < ascending.length; from += width) {
    batches.push(await store.batch(ascending.slice(from, from + width)));
    await breathe();
  }
  const known = batches.flatMap(({ faces }) => faces.map((face) => face.row));
  // A write was between the store and the indexes: read again.
  if (!known.every((each) => slots.has(each))) return readSample(input);
  const at = known.flatMap((each, i) => (taughtOf.has(each) ? [i] : []));
  const vectors = at.map((i) => taughtOf.get(known[i]!)!);
  const taught = vectors[0] ? stackRows(vectors[0].length, vectors) : null;
  return { batches, slots: known.map((each) => slots.slotOf(each)!), taught, taughtAt: at };
}

function keepRows({ rows, vectors }: TeacherVectors, into: Map<number, Float32Array>): void {
  rows.forEach((each, i) => {
    into.set(each, row(vectors, i));
  });
}

/** The sampled documents as a generation holds them, and as queries of it. */
async function measured(generation: Generation, { batches, slots }: Sample) {
  const documents = generation.pick(slots);
  const queries = matrix(slots.length, generation.dims);
  let at = 0;
  for (const batch of batches) {
    const rows = batch.faces.map((face) => face.row);
    const { data } = await generation.projectDocuments({ ...batch, rows, taught: null });
    queries.data.set(data, at);
    at += data.length;
    await breathe();
  }
  return { documents, queries };
}

type Measured = Awaited<ReturnType<typeof measured>>;

/** Of each sampled document among the others: how often it is near one of them (N_k), and how tight its neighbourhood is. */
async function neighbourhoods(kernels: Kernels, { documents, queries }: Measured) {
  const { depth } = config.engine.monitor;
  const counts = new Float64Array(documents.rows);
  const spreads = new Float64Array(documents.rows);
  const index = kernels.hold(documents);
  try {
    await inSlices(queries.rows, (of) => {
      const near = othersNear(kernels, index, pickRows(queries, of), of, config.collapse.neighbours);
      for (let i = 0; i < near.rows; i++) {
        const nearest = near.ids.subarray(near.offsets[i], Math.min(near.offsets[i]! + depth, near.offsets[i + 1]!));
        for (const document of nearest) counts[document]! += 1;
      }
      spreads.set(spread(kernels, index, near), of[0]);
    });
  } finally {
    index.free();
  }
  return { counts, spreads };
}

async function taughtAgreement(
  kernels: Kernels,
  T: Matrix,
  at: readonly number[],
  of: { earlier: Measured; current: Measured },
): Promise<SignalFigures> {
  const { depth } = config.engine.monitor;
  const held: Resident[] = [];
  const hold = (X: Matrix): Resident => {
    held.push(kernels.hold(X));
    return held.at(-1)!;
  };
  const side = ({ documents, queries }: Measured) => ({
    documents: hold(pickRows(documents, at)),
    queries: pickRows(queries, at),
    scores: new Float64Array(at.length),
  });
  try {
    const index = hold(T);
    const sides = [side(of.earlier), side(of.current)] as const;
    await breathe();
    await inSlices(at.length, (self) => {
      const silver = neighbours(kernels, index, T, self, depth);
      for (const { documents, queries, scores } of sides) {
        scores.set(agreement(kernels, { documents, queries: pickRows(queries, self), self, silver, depth }), self[0]);
      }
    });
    return pairedSignal(sides[0].scores, sides[1].scores);
  } finally {
    for (const each of held) each.free();
  }
}

/** The numbers 0 … count − 1 a slice at a time, with a breath after each: requests have their turn. */
async function inSlices(count: number, work: (slice: Uint32Array) => void): Promise<void> {
  const { sliceQueries } = config.engine.monitor;
  for (let from = 0; from < count; from += sliceQueries) {
    work(Uint32Array.from({ length: Math.min(sliceQueries, count - from) }, (_, i) => from + i));
    await breathe();
  }
}

async function alignmentOf({ adapter }: Generation, corrected: Matrix, T: Matrix): Promise<number | null> {
  if (!adapter || adapter.card.teacher === null || adapter.card.mode === 'baseline') return null;
  let sum = 0;
  await inSlices(T.rows, (of) => {
    const aligned = adapter.alignTeacher(pickRows(T, of));
    const from = of[0]! * corrected.dims;
    for (let e = 0; e < aligned.data.length; e++) sum += aligned.data[e]! * corrected.data[from + e]!;
  });
  return sum / Math.max(1, T.rows);
}
