// One candidate of bench/gate.bench.ts: what the gate saw of it, and what it was worth.
import type { GateFigures } from '../src/adapter/card.ts';
import type { Choice } from '../src/distil/choice.ts';
import { chooseFit } from '../src/distil/choose-fit.ts';
import { pickDocuments } from '../src/distil/corpus.ts';
import { fillPlan } from '../src/distil/fill-plan.ts';
import { fitCandidate } from '../src/distil/fit-candidate.ts';
import type { FitPlan } from '../src/distil/fit-plan.ts';
import { type FitSignals, judgeFit } from '../src/distil/judge-fit.ts';
import { judgeQueries } from '../src/distil/judge-queries.ts';
import { readCorpus } from '../src/distil/read-corpus.ts';
import { splitDocuments } from '../src/distil/split-documents.ts';
import type { Encoder } from '../src/encode/encoder.ts';
import type { DocumentSide } from '../src/evaluate/advise-documents.ts';
import type { Dataset } from '../src/evaluate/dataset.ts';
import { decideGate } from '../src/evaluate/gate.ts';
import type { Kernels } from '../src/kernels/kernels.ts';
import { random } from '../src/random.ts';
import { type GateCandidate, spoilt } from './gate-candidates.ts';

export interface Subject {
  readonly dataset: Dataset;
  readonly kernels: Kernels;
  readonly student: Encoder;
  readonly teacher: Encoder;
  readonly seed: number;
}

export interface CellFigures {
  readonly candidate: string;
  readonly documents: number;
  readonly signals: FitSignals;
  readonly gate: GateFigures;
  readonly truth: {
    readonly student: number;
    readonly difference: number;
    readonly low: number;
    readonly high: number;
    /** The same with the mean of corrected and teacher's documents searched; null without a teacher. */
    readonly mixed: { readonly difference: number; readonly low: number; readonly high: number } | null;
  };
}

export interface GateCell extends CellFigures {
  readonly collection: string;
  readonly student: string;
}

/** Runs candidates as `distil` would, by its own parts; λ and the weighting are chosen once for each kind. */
export async function distilled(subject: Subject): Promise<(candidate: GateCandidate) => Promise<CellFigures>> {
  const { dataset, kernels, student, teacher, seed } = subject;
  const documents = { ids: dataset.documents.map(({ id }) => id), texts: dataset.documents.map(({ text }) => text) };
  const whole = await readCorpus({ documents, student, teacher, kernels });
  const split = splitDocuments(whole.corpus.X.rows, seed);
  const chosen = new Map<string, Choice>();

  async function choiceOf(plan: FitPlan): Promise<Choice> {
    const known = chosen.get(plan.kind);
    if (known) return known;
    const { choice } = await chooseFit(plan, whole.corpus, split.heldIn);
    chosen.set(plan.kind, choice);
    return choice;
  }

  return async (candidate) => {
    const { options } = candidate;
    const T = spoilt(candidate, kernels, whole.corpus.T!, seed);
    const corpus = { ...whole.corpus, T: options.mode === 'baseline' ? null : T };
    const plan = fillPlan({ documents, student, kernels, seed, teacherVectors: T, ...options });
    const common = fillPlan({ documents, student, kernels, seed, teacherVectors: T, adapter: plan.kind });
    const request = { plan, choice: { ...(await choiceOf(common)), ...candidate.choice }, failed: 0 };
    const order = random(seed).shuffle(Uint32Array.from({ length: corpus.X.rows }, (_, i) => i));
    const own = candidate.documents ? pickDocuments(corpus, order.slice(0, candidate.documents).sort()) : corpus;
    const ownSplit = splitDocuments(own.X.rows, seed);

    const fit = async (of: typeof corpus, step: 'judge' | 'fit') => {
      const { parts, card } = await fitCandidate(request, of, step);
      return { card, parts: candidate.parts ? candidate.parts(parts, seed) : parts };
    };
    const judge = { kernels, corpus: own, split: ownSplit, student, teacher, seed };
    const signals = await judgeFit(judge, await fit(pickDocuments(own, ownSplit.heldIn), 'judge'));
    const gate = decideGate({ documents: own.X.rows, heldOut: ownSplit.heldOut.length, ...signals, judged: null });
    const final = await fit(own, 'fit');
    const judging = { ...judge, corpus: { ...whole.corpus, T } };
    const truth = async (side: DocumentSide) => {
      const {
        student: before,
        candidate: after,
        low,
        high,
      } = await judgeQueries(judging, dataset, whole.rows, final, side);
      return { before, figures: { difference: after - before, low, high } };
    };
    const { before, figures } = await truth('corrected');
    const mixed = signals.mixed ? (await truth('mixed')).figures : null;
    return {
      candidate: candidate.name,
      documents: own.X.rows,
      signals,
      gate,
      truth: { student: before, ...figures, mixed },
    };
  };
}
