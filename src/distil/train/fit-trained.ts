import type { OutputSpace } from '../../adapter/card.ts';
import type { AdapterParts } from '../../adapter/parts.ts';
import { config } from '../../config.ts';
import type { Kernels } from '../../kernels/kernels.ts';
import { type Matrix, pickRows } from '../../matrix.ts';
import type { FitData } from '../fit-data.ts';
import { type AffineMap, applyAffine, ridgeEquations } from '../fit-ridge.ts';
import type { Network, Parameters, TrainedKind } from './network.ts';
import { type Trained, train, trainedRows } from './train.ts';
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
}

export interface TrainedFit {
  readonly parts: AdapterParts;
  readonly trained: Trained;
}

/**
 * Fits of the kinds that gradients train: y = base + f(x).
 *
 *   student's space   base = x
 *   teacher's space   base = x·W + b, the ridge to the targets, whatever the widths; it stays as it is while f is trained
 *
 * Edge    the untrained adapter is x, or what the affine adapter gives
 */
export async function fitTrained(
  kernels: Kernels,
  data: Pick<FitData, 'X' | 'Y' | 'teacher'>,
  options: TrainedFitOptions,
): Promise<TrainedFit> {
  const { X, Y } = data;
  const kept = trainedRows(X.rows, options.heldOut ?? new Uint32Array(0));
  const ridge =
    options.space === 'teacher'
      ? ridgeEquations(kernels, pickRows(X, kept), pickRows(Y, kept), options.intercept).solve(options.ridge)
      : null;
  const network: Network = {
    kind: options.kind,
    dIn: X.dims,
    hidden: options.hidden ?? defaultHidden(options.kind, X.dims),
    dOut: Y.dims,
    dTeacher: null,
  };
  const base = ridge ? applyAffine(kernels, X, ridge) : X;
  const trained = await train({ X, base, target: { rows: kernels.normalize(Y) } }, trainOptions(options, network));
  return { parts: partsOf(trained.parameters, ridge, data.teacher), trained };
}

/** d/2 units for the MLP, as the source has it; a rank that does not exceed the width. */
export function defaultHidden(kind: TrainedKind, dIn: number): number {
  const { hiddenShare, rank } = config.train;
  return kind === 'mlp' ? Math.max(1, Math.round(dIn * hiddenShare)) : Math.min(rank, dIn);
}

function trainOptions(options: TrainedFitOptions, network: Network): TrainOptions {
  const { batch, learningRate, weightDecay, patience } = config.train;
  const defaults = { batch, learningRate, weightDecay, patience, epochs: config.epochs, objective: defaultObjective };
  return { ...defaults, heldOut: new Uint32Array(0), ...options, network };
}

function partsOf(parameters: Parameters, ridge: AffineMap | null, teacher: AdapterParts['teacher']): AdapterParts {
  const { into, intoBias, out, outBias } = parameters as Record<string, Matrix | undefined>;
  const hidden = { into: into!, bias: intoBias?.data ?? null, out: out! };
  return { map: ridge?.map ?? null, bias: addVectors(ridge?.bias, outBias?.data), tokens: null, hidden, teacher };
}

function addVectors(a: Float32Array | null | undefined, b: Float32Array | null | undefined): Float32Array | null {
  if (!a || !b) return a ?? b ?? null;
  return a.map((value, j) => value + b[j]!);
}
