import { allFinite, matrix } from '../../matrix.ts';
import type { TensorFeeds } from '../../onnx/session.ts';
import { graphNames } from './graph-names.ts';
import type { Parameters } from './network.ts';

/** The numbers that a step changes. */
export interface TrainNumbers {
  readonly parameters: Parameters;
  readonly means: Parameters; // Adam's first moments
  readonly variances: Parameters; // and second
}

/** Everything that decides how a training run goes on; between two steps, nothing else does. */
export interface TrainState extends TrainNumbers {
  readonly step: number; // steps taken
  readonly best: Best;
}

/**
 * The best at the end of an epoch so far, by held-out loss; after 0 epochs it is the untrained adapter. Without held-out
 * documents, the last; its loss is then null.
 */
export interface Best {
  readonly epoch: number;
  readonly loss: number | null;
  readonly parameters: Parameters;
}

/** Moments of the same shapes, all zero. */
export function zeros(parameters: Parameters): Parameters {
  return mapValues(parameters, ({ rows, dims }) => matrix(rows, dims));
}

/** The state's numbers as the graph of a step is fed them. */
export function stateFeeds({ parameters, means, variances }: TrainNumbers): TensorFeeds {
  const feeds: Record<string, TensorFeeds[string]> = mapValues(parameters, tensorOf);
  for (const name of Object.keys(parameters)) {
    feeds[graphNames.mean(name)] = tensorOf(means[name]!);
    feeds[graphNames.variance(name)] = tensorOf(variances[name]!);
  }
  return feeds;
}

export function areFinite(parameters: Parameters): boolean {
  return Object.values(parameters).every(({ data }) => allFinite(data));
}

const tensorOf = ({ rows, dims, data }: Parameters[string]) => ({ dtype: 'f32', dims: [rows, dims], data }) as const;

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}
