import { type Matrix, matrix } from '../../matrix.ts';
import { type OnnxSession, openSession, type TensorFeeds } from '../../onnx/session.ts';
import { adamScalars } from './adam.ts';
import { graphNames } from './graph-names.ts';
import { type Network, type Parameters, parameterShapes } from './network.ts';
import type { Objective } from './objective.ts';
import { learningRate } from './schedule.ts';
import { batchFeeds } from './train-data.ts';
import { parameterFeeds, stateFeeds, type TrainState } from './train-state.ts';
import { trainingGraph } from './training-graph.ts';

export interface TrainerSettings {
  readonly network: Network;
  readonly objective: Objective;
  readonly batch: number;
  readonly inputs: Readonly<Record<string, Matrix>>;
  /** Steps of the whole schedule. */
  readonly steps: number;
  readonly learningRate: number;
  readonly weightDecay: number;
}

/** The two graphs of a training run, open in onnxruntime. */
export interface Trainer {
  /** One step of Adam on the rows named, and the loss before it. */
  step(state: TrainState, rows: Uint32Array): Promise<{ next: TrainState; loss: number }>;
  /** Mean loss of the parameters over the rows named. */
  loss(parameters: Parameters, rows: Uint32Array): Promise<number>;
  dispose(): Promise<void>;
}

export async function openTrainer(settings: TrainerSettings): Promise<Trainer> {
  const { network, objective, batch, inputs } = settings;
  const graph = { network, objective, batch };
  const stepSession = await openSession(trainingGraph({ ...graph, gives: 'step' }));
  const lossSession = await openSession(trainingGraph({ ...graph, gives: 'loss' })).catch(async (error: unknown) => {
    await stepSession.dispose();
    throw error;
  });
  return {
    step: (state, rows) => takeStep(stepSession, settings, state, batchFeeds(inputs, rows, batch)),
    loss: async (parameters, rows) => {
      let sum = 0;
      for (let from = 0; from < rows.length; from += batch) {
        const part = rows.subarray(from, from + batch);
        const outputs = await lossSession.run({ ...parameterFeeds(parameters), ...batchFeeds(inputs, part, batch) });
        sum += outputs[graphNames.loss]!.data[0]! * part.length;
      }
      return sum / rows.length;
    },
    dispose: async () => {
      await stepSession.dispose();
      await lossSession.dispose();
    },
  };
}

async function takeStep(session: OnnxSession, settings: TrainerSettings, state: TrainState, batch: TensorFeeds) {
  const { network, steps, weightDecay } = settings;
  const step = state.step + 1;
  const { rate, correction, keep } = adamScalars(step, learningRate(settings.learningRate, steps, step), weightDecay);
  const outputs = await session.run({
    ...stateFeeds(state),
    ...batch,
    [graphNames.rate]: scalar(rate),
    [graphNames.correction]: scalar(correction),
    [graphNames.keep]: scalar(keep),
  });
  const take = (named: (parameter: string) => string): Parameters =>
    Object.fromEntries(
      parameterShapes(network).map(([name, rows, dims]) => [
        name,
        matrix(rows, dims, outputs[graphNames.next(named(name))]!.data),
      ]),
    );
  const loss = outputs[graphNames.loss]!.data[0]!;
  const next: TrainState = {
    ...state,
    step,
    parameters: take((name) => name),
    means: take(graphNames.mean),
    variances: take(graphNames.variance),
  };
  return { next, loss };
}

const scalar = (value: number) => ({ dtype: 'f32', dims: [], data: Float32Array.of(value) }) as const;
