import type { FitFigures } from '../adapter/card.ts';
import type { Candidate } from './candidate.ts';
import type { Choice } from './choice.ts';
import type { Corpus } from './corpus.ts';
import type { DistilProgress } from './distil-options.ts';
import type { AdapterFit } from './fit-adapter.ts';
import { adapterFits } from './fit-adapter.ts';
import { type FitPlan, fitData } from './fit-plan.ts';
import type { LabelledQueries } from './labelled-queries.ts';
import { makeCard } from './make-card.ts';
import { sdft } from './sdft.ts';
import { isTrained, trainedAdapter } from './train/trained-adapter.ts';

export interface FitRequest {
  readonly plan: FitPlan;
  readonly choice: Choice;
  /** Documents masked, for the card. */
  readonly failed: number;
  readonly onProgress?: DistilProgress;
}

/** Targets and fit of the documents given; `before` is what the same fit on fewer of them found. */
export async function fitCandidate(
  { plan, choice, failed, onProgress }: FitRequest,
  corpus: Corpus,
  step: 'judge' | 'fit',
  before?: FitFigures,
): Promise<Candidate> {
  const { kernels, kind } = plan;
  const { targets, data } = fitData(plan, corpus);
  const { labelled } = corpus;
  const stages = labelled ? 2 : 1;
  const onShare = (share: number) => onProgress?.(step, share / stages);
  // A fit in closed form says nothing on its way.
  onShare(0);
  const onIteration = (_: number, __: number, { share }: { share: number }) => onShare(share);
  const distilled: AdapterFit = isTrained(kind)
    ? await trainedAdapter({ ...plan, kind }, corpus, data, choice, { onShare, ...(before && { before }) })
    : adapterFits(kernels, data, kind, { onIteration })(choice);
  const { parts, figures } = labelled
    ? await tuned(plan, corpus, labelled, distilled, (share) => onShare(1 + share))
    : distilled;
  const { pushed, collapsed, vanished, space } = targets;
  const fit = { ...figures, pushed, collapsed, vanished };
  const card = makeCard({ ...requested(plan), parts, space, documents: corpus.X.rows, failed, fit, gate: null });
  return { parts, card };
}

/** The second stage of sdft, on what the first has fitted. */
async function tuned(
  { kernels, seed, signal }: FitPlan,
  { X }: Corpus,
  { Q, pairs }: LabelledQueries,
  { parts: distilled, figures }: AdapterFit,
  onProgress: (share: number) => void,
): Promise<AdapterFit> {
  const input = { X, Q, distilled, pairs, seed, onProgress, ...(signal ? { signal } : {}) };
  const { parts, trained, learningRate } = await sdft(kernels, input);
  return {
    parts,
    figures: {
      ...figures,
      labelledPairs: pairs.fitted.length,
      labelledRate: learningRate,
      labelledEpochs: trained.bestEpoch,
      labelledLoss: trained.heldOutLoss,
    },
  };
}

/** What the card says of the request: a number that took no part is null. */
export function requested({ kind, student, teacherId, mode, alpha, push, seed }: FitPlan) {
  const blended = mode === 'hybrid';
  return {
    kind,
    student,
    teacher: teacherId,
    mode,
    alpha: blended ? alpha : null,
    push: mode === 'offline' || mode === 'sdft' ? null : push,
    seed,
  };
}
