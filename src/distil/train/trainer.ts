import { type Matrix, matrix } from '../../matrix.ts';
import type { Device, DeviceChoice } from '../../onnx/device.ts';
import { KeptTensor } from '../../onnx/kept-tensor.ts';
import { type KeepingSession, type MixedFeeds, openKeepingSession, openSession } from '../../onnx/session.ts';
import { adamScalars } from './adam.ts';
import { graphNames } from './graph-names.ts';
import { type Network, parameterShapes } from './network.ts';
import type { Objective } from './objective.ts';
import { learningRate } from './schedule.ts';
import { batchFeeds } from './train-data.ts';
import { stateFeeds, type TrainNumbers } from './train-state.ts';
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
  readonly device?: DeviceChoice;
}

/**
 * The two graphs of a training run, open in onnxruntime, and the numbers that they change. These stay where the graphs run
 * from step to step; reading them is what brings them here.
 */
export interface Trainer {
  readonly device: Device;
  /** Step t = 1, 2, … of Adam on the rows named; the loss before it where it is asked for, else null. */
  step(t: number, rows: Uint32Array, wantsLoss: boolean): Promise<number | null>;
  /** Mean loss over the rows named, of the parameters as they are. */
  loss(rows: Uint32Array): Promise<number>;
  read(): Promise<TrainNumbers>;
  dispose(): Promise<void>;
}

/** @throws {ChelatedError} backend_failed, not_supported; the trainer's calls device_lost, and with the device its numbers */
export async function openTrainer(settings: TrainerSettings, start: TrainNumbers): Promise<Trainer> {
  const { network, objective, batch, inputs, device } = settings;
  const graph = { network, objective, batch };
  const options = device === undefined ? {} : { device };
  const stepSession = await openKeepingSession(trainingGraph({ ...graph, gives: 'step' }), options);
  // Beside the steps, whatever `auto` would say of it alone: it is fed what they keep.
  const beside = { device: stepSession.device };
  const lossSession = await openSession(trainingGraph({ ...graph, gives: 'loss' }), beside).catch(
    async (error: unknown) => {
      await stepSession.dispose();
      throw error;
    },
  );
  let state: MixedFeeds = stateFeeds(start);
  const drop = () => {
    for (const tensor of Object.values(state)) if (tensor instanceof KeptTensor) tensor.dispose();
  };
  return {
    device: stepSession.device,
    step: async (t, rows, wantsLoss) => {
      const { next, loss } = await takeStep(stepSession, settings, t, { ...state, ...batchFeeds(inputs, rows, batch) });
      drop();
      state = next;
      const value = wantsLoss ? (await loss.read())[0]! : null;
      loss.dispose();
      return value;
    },
    loss: async (rows) => {
      let sum = 0;
      const parameters = Object.fromEntries(parameterShapes(network).map(([name]) => [name, state[name]!]));
      for (let from = 0; from < rows.length; from += batch) {
        const part = rows.subarray(from, from + batch);
        const outputs = await lossSession.run({ ...parameters, ...batchFeeds(inputs, part, batch) });
        sum += outputs[graphNames.loss]!.data[0]! * part.length;
      }
      return sum / rows.length;
    },
    read: () => readNumbers(network, state),
    dispose: async () => {
      drop();
      await stepSession.dispose();
      await lossSession.dispose();
    },
  };
}

/** Names of a parameter and of its moments. */
const groups = { parameters: (name: string) => name, means: graphNames.mean, variances: graphNames.variance } as const;

async function takeStep(session: KeepingSession, settings: TrainerSettings, t: number, feeds: MixedFeeds) {
  const { network, steps, weightDecay } = settings;
  const { rate, correction, keep } = adamScalars(t, learningRate(settings.learningRate, steps, t), weightDecay);
  const outputs = await session.runKept({
    ...feeds,
    [graphNames.rate]: scalar(rate),
    [graphNames.correction]: scalar(correction),
    [graphNames.keep]: scalar(keep),
  });
  const names = parameterShapes(network).flatMap(([name]) => Object.values(groups).map((named) => named(name)));
  const next = Object.fromEntries(names.map((name) => [name, outputs[graphNames.next(name)]!]));
  return { next, loss: outputs[graphNames.loss]! };
}

async function readNumbers(network: Network, state: MixedFeeds): Promise<TrainNumbers> {
  const take = async (named: (parameter: string) => string) => {
    const matrices: Record<string, Matrix> = {};
    for (const [name, rows, dims] of parameterShapes(network)) {
      const tensor = state[named(name)]!;
      matrices[name] = matrix(
        rows,
        dims,
        tensor instanceof KeptTensor ? await tensor.read() : (tensor.data as Float32Array),
      );
    }
    return matrices;
  };
  return {
    parameters: await take(groups.parameters),
    means: await take(groups.means),
    variances: await take(groups.variances),
  };
}

const scalar = (value: number) => ({ dtype: 'f32', dims: [], data: Float32Array.of(value) }) as const;
