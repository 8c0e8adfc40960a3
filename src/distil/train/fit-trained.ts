import type { OutputSpace } from '../../adapter/card.ts';
import type { AdapterParts, TeacherMap } from '../../adapter/parts.ts';
import { config } from '../../config.ts';
import { ChelatedError } from '../../errors.ts';
import type { Kernels } from '../../kernels/kernels.ts';
import { type Matrix, pickRows } from '../../matrix.ts';
import { mapTeacher } from '../align.ts';
import type { FitData } from '../fit-data.ts';
import { type AffineMap, applyAffine, ridgeEquations } from '../fit-ridge.ts';
import { discriminatorAccuracy } from './discriminator-accuracy.ts';
import type { Parameters, TrainedKind } from './network.ts';
import { type Trained, train, trainedRows } from './train.ts';
import type { TrainTarget } from './train-data.ts';
import { defaultObjective, type TrainOptions } from './train-options.ts';

export interface TrainedFitOptions extends Partial<Omit<TrainOptions, 'network' | 'projection'>> {
  readonly kind: TrainedKind;
  readonly space: OutputSpace;
  /** λ of the ridge that f is added to, and whether it has a bias. */
  readonly ridge: number;
  readonly intercept: boolean;
  readonly seed: number;
  /** The MLP's hidden width, or the rank. */
  readonly hidden?: number;
  /**
   * Trains the teacher's map into the output space together with f, from where the alignment left it, instead of taking it
   * as it is: its targets are then normalise(t·P), blended with `pushed` where the objective's α is below 1.
   */
  readonly projection?: LearnedProjection;
}

export interface LearnedProjection {
  readonly T: Matrix; // (n, dTeacher) the teacher's own rows
  readonly pushed?: Matrix; // (n, dOut) what they are blended with
}

export interface TrainedFit {
  readonly parts: AdapterParts;
  readonly trained: Trained;
  /** How well the discriminator still tells taught from corrected documents, held out where some are; ½: not at all. */
  readonly discriminatorAccuracy?: number;
}

/**
 * Fits of the kinds that gradients train: y = base + f(x).
 *
 *   student's space   base = x
 *   teacher's space   base = x·W + b, the ridge to the targets, whatever the widths; it stays as it is while f is trained
 *
 * The ridge is of the documents that are not held out, so that the held-out loss says something.
 *
 * Edge    the untrained adapter is x, or what the affine adapter gives
 * @throws {ChelatedError} invalid_input for a projection to be trained where the alignment has no map; what `train` throws
 */
export async function fitTrained(
  kernels: Kernels,
  data: Pick<FitData, 'X' | 'Y' | 'teacher'>,
  options: TrainedFitOptions,
): Promise<TrainedFit> {
  const { X, Y, teacher } = data;
  const { kind, space, ridge, intercept, projection, hidden = defaultHidden(kind, X.dims), ...given } = options;
  const kept = trainedRows(X.rows, given.heldOut ?? none);
  const fitted = () => ridgeEquations(kernels, pickRows(X, kept), pickRows(Y, kept), intercept).solve(ridge);
  const affine = space === 'teacher' ? fitted() : null;
  const base = affine ? applyAffine(kernels, X, affine) : X;
  const isGame = (given.objective?.adversarial ?? 0) > 0;
  const widths = { dIn: X.dims, hidden, dOut: Y.dims, dTeacher: projection ? projection.T.dims : null };
  const network = { kind, ...widths, ...(isGame && { discriminator: config.adversary.hidden }) };
  const target = projection ? learnedTarget(kernels, projection, teacher) : { rows: kernels.normalize(Y) };
  const trained = await train(
    { X, base, target },
    { ...defaults(), ...given, network, ...(projection && teacher?.map && { projection: teacher.map }) },
  );
  const parts = partsOf(trained.parameters, affine, teacher);
  if (!isGame || !('rows' in target)) return { parts, trained };
  const rows = given.heldOut?.length ? given.heldOut : kept;
  const judged = { X: pickRows(X, rows), base: pickRows(base, rows), taught: pickRows(target.rows, rows) };
  return { parts, trained, discriminatorAccuracy: discriminatorAccuracy(kernels, trained.parameters, judged) };
}

const none = new Uint32Array(0);

/** d/2 units for the MLP, as the source has it; a rank that does not exceed the width. */
export function defaultHidden(kind: TrainedKind, dIn: number): number {
  const { hiddenShare, rank } = config.train;
  return kind === 'mlp' ? Math.max(1, Math.round(dIn * hiddenShare)) : Math.min(rank, dIn);
}

function defaults() {
  const { batch, learningRate, weightDecay, patience } = config.train;
  const { epochs } = config;
  return { batch, learningRate, weightDecay, patience, epochs, objective: defaultObjective, heldOut: none };
}

function learnedTarget(kernels: Kernels, { T, pushed }: LearnedProjection, teacher: TeacherMap | null): TrainTarget {
  if (!teacher?.map) {
    throw new ChelatedError(
      'invalid_input',
      'a projection is trained from the map that the alignment made, and this one has none; train it in the student’s space',
    );
  }
  const centred = mapTeacher(kernels, T, { mean: teacher.mean, map: null });
  return { teacher: kernels.normalize(centred), pushed: pushed ?? null };
}

function partsOf(parameters: Parameters, affine: AffineMap | null, teacher: TeacherMap | null): AdapterParts {
  const { into, intoBias, out, outBias, projection } = parameters as Record<string, Matrix | undefined>;
  return {
    map: affine?.map ?? null,
    bias: addVectors(affine?.bias, outBias?.data),
    tokens: null,
    hidden: { into: into!, bias: intoBias?.data ?? null, out: out! },
    teacher: teacher && projection ? { mean: teacher.mean, map: projection } : teacher,
  };
}

function addVectors(a: Float32Array | null | undefined, b: Float32Array | null | undefined): Float32Array | null {
  if (!a || !b) return a ?? b ?? null;
  return a.map((value, j) => value + b[j]!);
}
