import type { FitFigures } from '../adapter/card.ts';
import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import { decideGate } from '../evaluate/gate.ts';
import { random } from '../random.ts';
import type { Candidate } from './candidate.ts';
import type { Choice } from './choice.ts';
import { chooseFit } from './choose-fit.ts';
import { type Corpus, pickDocuments } from './corpus.ts';
import type { DistilOptions, DistilProgress, DistilResult } from './distil-options.ts';
import { fillPlan } from './fill-plan.ts';
import { adapterFits } from './fit-adapter.ts';
import { type FitPlan, fitData } from './fit-plan.ts';
import { type JudgeInput, judgeFit } from './judge-fit.ts';
import { judgeQueries } from './judge-queries.ts';
import { makeCard } from './make-card.ts';
import { preflight } from './preflight.ts';
import { readCorpus } from './read-corpus.ts';
import { gateRefused } from './refused-result.ts';
import { splitDocuments } from './split-documents.ts';
import { stopwatch } from './stopwatch.ts';
import { isTrained, trainedAdapter } from './train/trained-adapter.ts';
import { withFallback } from './with-fallback.ts';

/**
 * Learns an adapter for a student from a teacher's vectors of the user's own documents, without labels, and judges it on
 * documents that the judged fit has not seen; what is returned is then fitted on all of them.
 *
 * The same input and seed give the same parts and card. With `fallback` a teacher or fit that fails is stepped down from,
 * and `steps` says so.
 *
 * @throws {ChelatedError} gate_refused when the gate rejects the candidate and `force` is not set (`refusedResult(error)` is
 *   what was refused); too_few_documents, unaligned, invalid_input, shape_mismatch; and what the encoders throw
 */
export async function distil(options: DistilOptions): Promise<DistilResult> {
  return options.fallback ? withFallback(options, distilOnce) : distilOnce(options);
}

async function distilOnce(options: DistilOptions): Promise<DistilResult> {
  const plan = fillPlan(options);
  const { kernels, student, signal, seed } = plan;
  if (plan.kind === 'identity') return unchanged(plan);
  const teacher = plan.teacherId === null ? null : (options.teacher ?? null);
  const seconds = stopwatch();

  const { corpus, rows, failed } = await readCorpus({
    documents: options.documents,
    student,
    teacher: plan.teacherId === null ? null : (options.teacherVectors ?? teacher),
    kernels,
    ...(options.events && { events: options.events }),
    ...pass(options),
  });
  const documents = corpus.X.rows;
  const least = options.force ? 2 : config.gate.minimumDocuments;
  if (documents < least) throw tooFew(documents, failed, least);
  const facts = corpus.T && preflight(kernels, { ...plan, T: corpus.T, studentDims: student.dims });
  seconds.lap('encode');

  const split = splitDocuments(documents, seed);
  const chosen = await chooseFit(plan, corpus, split.heldIn, (tried) =>
    options.onProgress?.('choose', Math.min(1, tried / 8)),
  );
  const choice: Choice = { ...chosen.choice, ...options.choice };
  seconds.lap('choose');

  const request = { plan, choice, failed, ...pass(options) };
  const judged = await fitOnce(request, pickDocuments(corpus, sample(split.heldIn, seed)), 'judge');
  seconds.lap('fitHeldIn');
  const input: JudgeInput = { kernels, corpus, split, student, teacher, seed, ...(signal ? { signal } : {}) };
  const signals = await judgeFit(input, judged);
  const labels = options.judged ? await judgeQueries(input, options.judged, rows, judged) : null;
  const verdict = decideGate({ documents, heldOut: split.heldOut.length, ...signals, judged: labels });
  const gate = { ...verdict, forced: !verdict.promoted && options.force === true };
  seconds.lap('judge');

  signal?.throwIfAborted();
  const final = await fitOnce(request, corpus, 'fit', judged.card.fit);
  seconds.lap('fit');
  const fit: FitFigures = {
    ...final.card.fit,
    preflight: facts?.text ?? null,
    varianceKept: facts?.kept ?? null,
    choicesTried: chosen.tried,
    agreementAsymmetric: signals.asymmetric?.candidate ?? null,
    inverseClozeTeacher: signals.teacher?.candidate ?? null,
  };
  const card = { ...final.card, fit, gate };
  const result = { parts: final.parts, card, figures: { ...fit, ...seconds.laps }, steps: [] };
  if (!gate.promoted && !options.force) throw gateRefused(result);
  return result;
}

interface FitRequest {
  readonly plan: FitPlan;
  readonly choice: Choice;
  readonly failed: number;
  readonly onProgress?: DistilProgress;
}

/** Targets and fit of the documents given; `before` is what the same fit on fewer of them found. */
async function fitOnce(
  { plan, choice, failed, onProgress }: FitRequest,
  corpus: Corpus,
  step: 'judge' | 'fit',
  before?: FitFigures,
): Promise<Candidate> {
  const { kernels, kind } = plan;
  const { targets, data } = fitData(plan, corpus);
  const onShare = (share: number) => onProgress?.(step, share);
  const onIteration = (_: number, __: number, { share }: { share: number }) => onShare(share);
  const { parts, figures } = isTrained(kind)
    ? await trainedAdapter({ ...plan, kind }, corpus, data, choice, { onShare, ...(before && { before }) })
    : adapterFits(kernels, data, kind, { onIteration })(choice);
  const { pushed, collapsed, vanished, space } = targets;
  const fit = { ...figures, pushed, collapsed, vanished };
  const card = makeCard({ ...own(plan), parts, space, documents: corpus.X.rows, failed, fit, gate: null });
  return { parts, card };
}

/** What the card says of the request: a number that took no part is null. */
function own({ kind, student, teacherId, mode, alpha, push, seed }: FitPlan) {
  const blended = mode === 'hybrid';
  return {
    kind,
    student,
    teacher: teacherId,
    mode,
    alpha: blended ? alpha : null,
    push: mode === 'offline' ? null : push,
    seed,
  };
}

/** At most as many documents as the judged fit sees. */
function sample(documents: Uint32Array, seed: number): Uint32Array {
  const most = config.gate.maximumFitted;
  return documents.length <= most ? documents : random(seed).shuffle(documents.slice()).slice(0, most).sort();
}

function unchanged(plan: FitPlan): DistilResult {
  const parts = { map: null, bias: null, tokens: null, teacher: null };
  const card = makeCard({
    ...own(plan),
    parts,
    teacher: null,
    space: 'student',
    documents: 0,
    failed: 0,
    fit: {},
    gate: null,
  });
  return { parts, card, figures: {}, steps: [] };
}

function tooFew(documents: number, failed: number, least: number): ChelatedError {
  const left = failed > 0 ? ` (${failed} more have no vector)` : '';
  const message = `${documents} usable documents${left} are too few to fit${least > 2 ? ' and judge' : ''} an adapter: at least ${least} are needed; give more${least > 2 ? ', or use --force' : ''}`;
  return new ChelatedError('too_few_documents', message);
}

const pass = ({ onProgress, signal }: DistilOptions) => ({
  ...(onProgress ? { onProgress } : {}),
  ...(signal ? { signal } : {}),
});
