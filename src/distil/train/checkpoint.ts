import { readSafetensors, type SafeTensor, writeSafetensors } from '../../encode/safetensors.ts';
import { ChelatedError } from '../../errors.ts';
import { matrix } from '../../matrix.ts';
import { type Network, type Parameters, parameterShapes } from './network.ts';
import type { TrainState } from './train-state.ts';

const format = 'chelated training 1';
interface Progress {
  readonly step: number;
  readonly bestEpoch: number;
  readonly bestLoss: number | null;
}

const groups = ['parameters', 'means', 'variances', 'best'] as const;

/**
 * A training run between two steps as a .safetensors file: parameters, moments, the best so far, and in its metadata the
 * step and the run's fingerprint (data, settings and seed, which decide the order of the documents).
 */
export function writeCheckpoint(state: TrainState, run: string): Uint8Array {
  const { step, best } = state;
  const values = { ...state, best: best.parameters };
  const tensors: Record<string, SafeTensor> = {};
  for (const group of groups) {
    for (const [name, { rows, dims, data }] of Object.entries(values[group])) {
      tensors[`${group}.${name}`] = { dtype: 'F32', shape: [rows, dims], data };
    }
  }
  const progress: Progress = { step, bestEpoch: best.epoch, bestLoss: best.loss };
  return writeSafetensors(tensors, { format, run, progress: JSON.stringify(progress) });
}

/** @throws {ChelatedError} invalid_input when it is not a checkpoint, or one of another run; shape_mismatch */
export function readCheckpoint(bytes: Uint8Array, network: Network, run: string): TrainState {
  const { tensors, metadata } = readSafetensors(bytes, 'training checkpoint');
  if (metadata.format !== format) {
    throw new ChelatedError('invalid_input', `the file is not a "${format}" checkpoint; start the training again`);
  }
  if (metadata.run !== run) {
    throw new ChelatedError(
      'invalid_input',
      `the checkpoint is of training run ${metadata.run?.slice(0, 12)}…, this one is ${run.slice(0, 12)}…: ` +
        'the documents, the teacher, the settings or the seed are others; go on with the same, or start again',
    );
  }
  const group = (prefix: (typeof groups)[number]): Parameters =>
    Object.fromEntries(
      parameterShapes(network).map(([name, rows, dims]) => {
        const data = tensors.get(`${prefix}.${name}`)?.data;
        if (!(data instanceof Float32Array)) {
          throw new ChelatedError('invalid_input', `the training checkpoint has no ${prefix}.${name}; start again`);
        }
        return [name, matrix(rows, dims, data)];
      }),
    );
  const { step, bestEpoch, bestLoss } = JSON.parse(metadata.progress ?? '{}') as Progress;
  return {
    step,
    parameters: group('parameters'),
    means: group('means'),
    variances: group('variances'),
    best: { epoch: bestEpoch, loss: bestLoss, parameters: group('best') },
  };
}
