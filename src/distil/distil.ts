import type { FitFigures } from '../adapter/card.ts';
import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import { adviseDocuments } from '../evaluate/advise-documents.ts';
import { decideGate } from '../evaluate/gate.ts';
import { random } from '../random.ts';
import type { Choice } from './choice.ts';
import { chooseFit } from './choose-fit.ts';
import { type Corpus, pickDocuments } from './corpus.ts';
import type { DistilOptions, DistilResult } from './distil-options.ts';
import { fillPlan } from './fill-plan.ts';
import { fitCandidate, requested } from './fit-candidate.ts';
import type { FitPlan } from './fit-plan.ts';
import { type JudgeInput, judgeFit } from './judge-fit.ts';
import { judgeQueries } from './judge-queries.ts';
import { labelledQueries } from './labelled-queries.ts';
import { makeCard } from './make-card.ts';
import { preflight } from './preflight.ts';
import { pseudoQueries } from './pseudo-queries.ts';
import { readCorpus } from './read-corpus.ts';
import { gateRefused } from './refused-result.ts';
import { splitDocuments } from './split-documents.ts';
import { stopwatch } from './stopwatch.ts';
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

  const {
    corpus: read,
    rows,
    failed,
  } = await readCorpus({
    documents: options.documents,
    student,
    teacher: plan.teacherId === null ? null : (options.teacherVectors ?? teacher),
    kernels,
    ...(options.events && { events: options.events }),
    ...pass(options),
  });
  const documents = read.X.rows;
  const least = options.force ? 2 : config.gate.minimumDocuments;
  if (documents < least) throw tooFew(documents, failed, least);
  const facts = read.T && preflight(kernels, { ...plan, T: read.T, studentDims: student.dims });
  const corpus: Corpus = {
    ...read,
    ...(plan.pseudoQueries &&
      teacher && {
        pseudoQueries: await pseudoQueries(plan.pseudoQueries, read, { ...plan, teacher, ...pass(options) }),
      }),
    ...(options.labelled && { labelled: await labelledQueries(options.labelled, rows, plan) }),
  };
  seconds.lap('encode');

  const split = splitDocuments(documents, seed);
  const chosen = await chooseFit(plan, read, split.heldIn, (tried) =>
    options.onProgress?.('choose', Math.min(1, tried / 8)),
  );
  const choice: Choice = { ...chosen.choice, ...options.choice };
  seconds.lap('choose');

  const request = { plan, choice, failed, ...pass(options) };
  const judged = await fitCandidate(request, pickDocuments(corpus, sample(split.heldIn, seed)), 'judge');
  seconds.lap('fitHeldIn');
  const input: JudgeInput = { kernels, corpus, split, student, teacher, seed, ...(signal ? { signal } : {}) };
  const signals = await judgeFit(input, judged);
  const labels = options.judged ? await judgeQueries(input, options.judged, rows, judged) : null;
  const verdict = decideGate({ documents, heldOut: split.heldOut.length, ...signals, judged: labels });
  const gate = { ...verdict, forced: !verdict.promoted && options.force === true };
  seconds.lap('judge');

  signal?.throwIfAborted();
  const final = await fitCandidate(request, corpus, 'fit', judged.card.fit);
  seconds.lap('fit');
  const fit: FitFigures = {
    ...final.card.fit,
    preflight: facts?.text ?? null,
    varianceKept: facts?.kept ?? null,
    choicesTried: chosen.tried,
    ...(chosen.words && {
      ...{ heldOutWithWords: chosen.words.with, heldOutWithoutWords: chosen.words.without, wordsZ: chosen.words.z },
    }),
    ...(corpus.pseudoQueries && { pseudoQueries: corpus.pseudoQueries.source.length }),
    agreementAsymmetric: signals.asymmetric?.candidate ?? null,
    documentSide: adviseDocuments(signals.mixed),
    mixedZ: signals.mixed?.z ?? null,
    inverseClozeTeacher: signals.teacher?.candidate ?? null,
  };
  const card = { ...final.card, fit, gate };
  const result = { parts: final.parts, card, figures: { ...fit, ...seconds.laps }, steps: [] };
  if (!gate.promoted && !options.force) throw gateRefused(result);
  return result;
}

/** At most as many documents as the judged fit sees. */
function sample(documents: Uint32Array, seed: number): Uint32Array {
  const most = config.gate.maximumFitted;
  return documents.length <= most ? documents : random(seed).shuffle(documents.slice()).slice(0, most).sort();
}

function unchanged(plan: FitPlan): DistilResult {
  const parts = { map: null, bias: null, tokens: null, teacher: null };
  const card = makeCard({
    ...requested(plan),
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
