import { config } from '../../config.ts';
import { ChelatedError } from '../../errors.ts';
import type { Matrix } from '../../matrix.ts';
import type { DeviceChoice } from '../../onnx/device.ts';
import type { Network, Parameters } from './network.ts';
import { guardsOf, type Objective } from './objective.ts';

export interface TrainOptions {
  readonly network: Network;
  readonly objective: Objective;
  /** Rows that are not trained on, and stop the run where their loss no longer falls; empty: the last epoch counts. */
  readonly heldOut: Uint32Array;
  readonly seed: number;
  readonly batch: number;
  /** What the learning rate's schedule spans. */
  readonly epochs: number;
  /** The run ends here, on the same schedule; `epochs` where it is not named. */
  readonly stopAfter?: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly patience: number;
  /** Where training starts instead of next to nothing: what an earlier run has learned. */
  readonly start?: Parameters;
  /** Where a trained projection starts: (dTeacher, dOut). */
  readonly projection?: Matrix;
  /** A checkpoint of the same run to go on from. */
  readonly resume?: Uint8Array;
  /** Given a checkpoint after every epoch, or every `checkpointSteps` steps. */
  readonly onCheckpoint?: (checkpoint: Uint8Array) => void | Promise<void>;
  readonly checkpointSteps?: number;
  readonly onProgress?: (progress: TrainProgress) => void;
  /** Where the steps run; what `useDevice` was told where none is named. Not part of what a run is: a checkpoint goes on anywhere. */
  readonly device?: DeviceChoice;
  /** Ends the run between two steps with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** After each step; the held-out loss after each epoch. */
export interface TrainProgress {
  readonly step: number;
  readonly steps: number;
  readonly epoch: number; // epochs done, with their fraction
  readonly epochs: number;
  readonly loss: number; // of the step's batch, before the step; on a GPU of the last step at which it was read
  readonly heldOutLoss: number | null;
}

/** The objective that is trained where none is named. */
export const defaultObjective: Objective = {
  loss: config.train.loss,
  similarity: config.train.similarity,
  alpha: 1,
  projectionSimilarity: config.train.projectionSimilarity,
};

/** @throws {ChelatedError} invalid_input */
export function checkTrainOptions(options: TrainOptions): void {
  const { batch, epochs, patience, learningRate, weightDecay, objective } = options;
  const check = (name: string, value: number, expected: string, holds: boolean) => {
    if (!holds) throw new ChelatedError('invalid_input', `training: ${name} must be ${expected}, got ${value}`);
  };
  const whole = (name: string, value: number, least: number) =>
    check(name, value, `a whole number from ${least}`, Number.isSafeInteger(value) && value >= least);
  const weight = (name: string, value: number) => check(name, value, 'a number from 0', value >= 0 && value < 1 / 0);
  whole('batch', batch, 1);
  whole('epochs', epochs, 0);
  whole('patience', patience, 1);
  whole('stopAfter', options.stopAfter ?? epochs, 0);
  whole('checkpointSteps', options.checkpointSteps ?? 1, 1);
  check('learningRate', learningRate, 'a positive number', learningRate > 0 && learningRate < 1 / 0);
  weight('weightDecay', weightDecay);
  weight('similarity', objective.similarity);
  const { temperature = config.labelled.temperature } = objective;
  check('temperature', temperature, 'a positive number', temperature > 0 && temperature < 1 / 0);
  weight('projectionSimilarity', objective.projectionSimilarity);
  checkAdversary(options);
  check('alpha', objective.alpha, 'from above 0 to 1', objective.alpha > 0 && objective.alpha <= 1);
}

function checkAdversary({ objective, network }: TrainOptions): void {
  const { adversarial = 0, loss } = objective;
  const most = guardsOf(objective).mostWeight;
  const refuse = (message: string) => {
    throw new ChelatedError('invalid_input', `training: ${message}`);
  };
  if (!(adversarial >= 0 && adversarial <= most)) refuse(`adversarial must be from 0 to ${most}, got ${adversarial}`);
  if (adversarial > 0 !== (network.discriminator ?? 0) > 0) {
    refuse(`an adversarial weight and a discriminator go together, got ${adversarial} and ${network.discriminator}`);
  }
  if (adversarial > 0 && (loss === 'contrastive' || network.dTeacher !== null)) {
    refuse('a discriminator needs targets that are not trained: no contrastive loss, no trained projection');
  }
}
