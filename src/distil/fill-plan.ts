import { adapterKinds, type DistilMode, distilModes, outputSpaces } from '../adapter/card.ts';
import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import type { Dataset } from '../evaluate/dataset.ts';
import { judgedQueries } from '../evaluate/judged-queries.ts';
import type { DistilOptions } from './distil-options.ts';
import type { FitPlan } from './fit-plan.ts';
import { pseudoQueryKinds } from './pseudo-queries.ts';
import { effectiveMode } from './targets.ts';
import { isTrained } from './train/trained-adapter.ts';

/**
 * What was asked for, with the defaults filled in and checked.
 *
 * @throws {ChelatedError} invalid_input: a mode, kind or space that does not exist; a mode that needs a teacher without one, α outside 0 … 1, η not a number ≥ 0,
 *   dims that the output space cannot have; a projection to be learned where nothing could learn it; pseudo-queries that
 *   nothing could encode or that the mode has no use for; mode sdft without labels, of another kind than mlp, or with labels
 *   that are to judge too; an adversarial weight that is none, or of a kind that is not trained
 */
export function fillPlan(options: DistilOptions): FitPlan {
  const { student, kernels, teacher, teacherVectors, signal, dims, unaligned, learnProjection } = options;
  const { pseudoQueries, labelled, judged, adversarial = config.adversary.weight } = options;
  const { mostWeight } = config.adversary;
  const hasTeacher = teacher !== undefined || teacherVectors !== undefined;
  const mode: DistilMode = options.mode ?? (hasTeacher ? 'offline' : config.mode);
  const alpha = options.alpha ?? config.alpha;
  const push = options.push ?? config.push;
  const taught = effectiveMode(mode, alpha) !== 'baseline';
  const plan: FitPlan = {
    kernels,
    student,
    teacherId: taught ? (options.teacherId ?? teacher?.id ?? 'vectors') : null,
    kind: options.adapter ?? (mode === 'sdft' ? 'mlp' : config.adapter),
    mode,
    alpha,
    push,
    space: taught ? (options.space ?? config.space) : 'student',
    seed: options.seed ?? config.seed,
    ...(dims === undefined ? {} : { dims }),
    ...(unaligned ? { unaligned } : {}),
    ...(learnProjection ? { learnProjection } : {}),
    ...(pseudoQueries ? { pseudoQueries } : {}),
    ...(adversarial ? { adversarial } : {}),
    ...(signal ? { signal } : {}),
  };
  const refuse = (message: string) => {
    throw new ChelatedError('invalid_input', message);
  };
  const listed = (name: string, list: readonly string[], got: string) => {
    if (!list.includes(got)) refuse(`${name} must be one of ${list.join(', ')}; got ${got}`);
  };
  listed('mode', distilModes, mode);
  listed('adapter', adapterKinds, plan.kind);
  listed('space', outputSpaces, options.space ?? config.space);
  if (taught && !hasTeacher) refuse(`mode ${mode} learns from a teacher: give its vectors, or an encoder for it`);
  if (!(push >= 0 && Number.isFinite(push))) refuse(`push must be a number of at least 0, got ${push}`);
  if (!Number.isSafeInteger(plan.seed)) refuse(`seed must be an integer, got ${plan.seed}`);
  const width = teacherVectors?.dims ?? teacher?.dims ?? student.dims;
  if (dims !== undefined && !(Number.isInteger(dims) && dims > 0 && dims <= width && plan.space === 'teacher')) {
    refuse(
      `dims cuts the teacher's space of ${width}: give an integer from 1 to ${width}, in space teacher; got ${dims} in space ${plan.space}`,
    );
  }
  if ((mode === 'sdft') !== (labelled !== undefined)) {
    refuse(`mode sdft learns from judged queries, and no other mode does: give both or neither; got mode ${mode}`);
  }
  if (mode === 'sdft' && plan.kind !== 'mlp') refuse(`mode sdft tunes an adapter of kind mlp, got ${plan.kind}`);
  if (labelled && judged && askSame(labelled, judged)) {
    refuse('what is learned from cannot judge: give judgements of other queries to decide than to learn from');
  }
  const isOffline = effectiveMode(mode, alpha) === 'offline';
  if (learnProjection && !(isTrained(plan.kind) && isOffline && plan.space === 'student' && !unaligned)) {
    refuse(
      `a projection is learned with an adapter that gradients train (mlp, lowrank), in mode offline and space student; got ${plan.kind}, ${mode}, ${plan.space}`,
    );
  }
  if (
    adversarial !== 0 &&
    !(isTrained(plan.kind) && !learnProjection && adversarial > 0 && adversarial <= mostWeight)
  ) {
    refuse(
      `adversarial is a weight from 0 to ${mostWeight} for an adapter that gradients train (mlp, lowrank), without a learned projection; got ${adversarial} for ${plan.kind}`,
    );
  }
  if (pseudoQueries) {
    listed('pseudoQueries', pseudoQueryKinds, pseudoQueries);
    if (!isOffline || learnProjection)
      refuse('pseudo-queries are rows of a fit in mode offline, without a learned projection');
    if (!teacher || teacher.precomputed || student.precomputed) {
      refuse('pseudo-queries are encoded by student and teacher: give encoders for both, stored vectors have none');
    }
  }
  return plan;
}

function askSame(a: Dataset, b: Dataset): boolean {
  const asked = new Set(judgedQueries(a).map((i) => a.queries[i]!.id));
  return judgedQueries(b).some((i) => asked.has(b.queries[i]!.id));
}
