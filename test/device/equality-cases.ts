import type { AdapterKind } from '../../src/adapter/card.ts';
import { loadAdapter } from '../../src/adapter/load-adapter.ts';
import { writeAdapter } from '../../src/adapter/write-adapter.ts';
import { graphNames } from '../../src/distil/train/graph-names.ts';
import { type Network, parameterShapes } from '../../src/distil/train/network.ts';
import type { Objective } from '../../src/distil/train/objective.ts';
import { train } from '../../src/distil/train/train.ts';
import { type TrainingGraph, trainingGraph } from '../../src/distil/train/training-graph.ts';
import { onnxEncoder } from '../../src/encode/onnx/onnx-encoder.ts';
import { row } from '../../src/matrix.ts';
import type { Device } from '../../src/onnx/device.ts';
import { openSession, type TensorFeeds } from '../../src/onnx/session.ts';
import { random } from '../../src/random.ts';
import { sample } from '../adapter/samples.ts';
import { sampleRun } from '../distil/train/sample-run.ts';
import { apart, type DeviceCase, expect } from './device-case.ts';

const sides = ['webgpu', 'wasm'] as const;

const adapterKinds: readonly AdapterKind[] = [
  'identity',
  'affine',
  'orthogonal',
  'lexical',
  'residual',
  'mlp',
  'lowrank',
];

const adapters = adapterKinds.map(
  (kind): DeviceCase => ({
    title: `adapter ${kind}: corrected vectors within 1e-4 of wasm`,
    group: 'equality',
    run: async ({ kernels }) => {
      const { parts, card, encoder, input } = sample(kind, 7, { dIn: 24, dOut: 40, bias: true });
      const bytes = await writeAdapter(parts, card);
      const given = input(9);
      const rows: Float32Array[] = [];
      for (const device of sides) {
        const adapter = await loadAdapter(bytes, { encoder, kernels, backend: 'onnxruntime', device });
        expect(adapter.device === device, `it runs on ${adapter.device}`);
        rows.push((await adapter.correct(given)).data);
        await adapter.dispose();
      }
      const off = apart(rows[0]!, rows[1]!);
      expect(off <= 1e-4, `apart by ${off}`);
      return `apart by ${off.toExponential(1)}`;
    },
  }),
);

/** Of unlike length, so that one is padded, and short: a software device takes seconds a token. */
const texts = ['a wading bird on a plate', 'law'];

const encoders = ['all-MiniLM-L6-v2', 'all-mpnet-base-v2'].map(
  (name): DeviceCase => ({
    title: `encoder ${name}: cosine of .9999 and more to wasm`,
    group: 'equality',
    run: async ({ kernels, model }) => {
      const files = await model(name);
      if (!files) return 'skipped: CHELATED_MODELS is not set';
      const sets: Awaited<ReturnType<Awaited<ReturnType<typeof onnxEncoder>>['encode']>>[] = [];
      for (const device of sides) {
        const encoder = await onnxEncoder(files, kernels, { device });
        expect(encoder.device === device, `it runs on ${encoder.device}`);
        sets.push(await encoder.encode(texts, { role: 'document' }));
        encoder.dispose();
      }
      const [a, b] = sets.map(({ vectors }) => vectors);
      const least = Math.min(...texts.map((_, i) => kernels.dot(row(a!, i), row(b!, i))));
      expect(least >= 0.9999, `cosine ${least}`);
      return `cosine ${least.toFixed(7)}`;
    },
  }),
);

interface StepProblem {
  readonly network: Network;
  readonly objective: Objective;
}

const cosine = { loss: 'cosine', similarity: 2, alpha: 1, projectionSimilarity: 1 } as const;
export const problems: readonly StepProblem[] = [
  { network: { kind: 'mlp', dIn: 24, hidden: 12, dOut: 32, dTeacher: null }, objective: cosine },
  { network: { kind: 'lowrank', dIn: 24, hidden: 4, dOut: 24, dTeacher: null }, objective: { ...cosine, loss: 'mse' } },
  { network: { kind: 'mlp', dIn: 16, hidden: 8, dOut: 16, dTeacher: 20 }, objective: { ...cosine, alpha: 0.6 } },
  {
    network: { kind: 'lowrank', dIn: 16, hidden: 4, dOut: 16, dTeacher: null },
    objective: { ...cosine, loss: 'contrastive' },
  },
];
export const batch = 8;

/** Every input of a graph, made up: unit rows where the graph is promised them, moments as after some steps. */
export function stepFeeds(
  { network, objective }: StepProblem,
  gives: TrainingGraph['gives'],
  rowsOf = batch,
): TensorFeeds {
  const numbers = random(3);
  const normals = (rows: number, dims: number, spread: number) => ({
    ...({ dtype: 'f32', dims: [rows, dims] } as const),
    data: Float32Array.from({ length: rows * dims }, () => numbers.normal() * spread),
  });
  const rows = (dims: number) => normals(rowsOf, dims, 1 / Math.sqrt(dims));
  const { dIn, dOut, dTeacher } = network;
  const feeds: Record<string, TensorFeeds[string]> = {
    [graphNames.x]: rows(dIn),
    [graphNames.base]: rows(dOut),
    [graphNames.weight]: { dtype: 'f32', dims: [rowsOf, 1], data: new Float32Array(rowsOf).fill(1 / rowsOf) },
  };
  if (objective.loss === 'contrastive') {
    Object.assign(feeds, { [graphNames.pairedX]: rows(dIn), [graphNames.pairedBase]: rows(dOut) });
  } else if (dTeacher === null) feeds[graphNames.target] = rows(dOut);
  else Object.assign(feeds, { [graphNames.teacher]: rows(dTeacher), [graphNames.pushed]: rows(dOut) });
  for (const [name, r, d] of parameterShapes(network)) {
    feeds[name] = normals(r, d, 0.3);
    if (gives !== 'step') continue;
    feeds[graphNames.mean(name)] = normals(r, d, 0.01);
    const squares = normals(r, d, 0.01);
    feeds[graphNames.variance(name)] = { ...squares, data: squares.data.map((v) => v * v) };
  }
  const scalar = (value: number) => ({ dtype: 'f32', dims: [], data: Float32Array.of(value) }) as const;
  if (gives === 'step') Object.assign(feeds, { rate: scalar(1e-3), correction: scalar(0.01), keep: scalar(0.999) });
  return feeds;
}

async function outputsOn(device: Device, bytes: Uint8Array, feeds: TensorFeeds) {
  const session = await openSession(bytes, { device });
  expect(session.device === device, `it runs on ${session.device}`);
  const outputs = await session.run(feeds);
  await session.dispose();
  return outputs;
}

const steps = problems.flatMap(({ network, objective }) =>
  (['gradients', 'step'] as const)
    // Adam is the same whatever its gradients are of.
    .filter((gives) => gives === 'gradients' || network === problems[0]!.network)
    .map((gives): DeviceCase => {
      const projected = network.dTeacher === null ? '' : ', a projection';
      return {
        title: `training ${network.kind}, ${objective.loss}${projected}: ${gives} within 1e-3 of wasm, relative`,
        group: 'equality',
        run: async () => {
          const bytes = trainingGraph({ network, objective, batch, gives });
          const feeds = stepFeeds({ network, objective }, gives);
          const [gpu, wasm] = [await outputsOn('webgpu', bytes, feeds), await outputsOn('wasm', bytes, feeds)];
          let most = 0;
          for (const [name, { data }] of Object.entries(wasm)) {
            const scale = data.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0);
            const off = apart(gpu[name]!.data, data) / scale;
            expect(off <= 1e-3, `${name} is apart by ${off} of its largest number`);
            most = Math.max(most, off);
          }
          return `apart by ${most.toExponential(1)}`;
        },
      };
    }),
);

const runs: DeviceCase = {
  title: 'a whole training run: parameters within 1e-4 of wasm, and the same epoch the best',
  group: 'equality',
  run: async () => {
    const { data, options } = sampleRun(60, { epochs: 3 });
    const [gpu, wasm] = [
      await train(data, { ...options, device: 'webgpu' }),
      await train(data, { ...options, device: 'wasm' }),
    ];
    expect(gpu.device === 'webgpu' && wasm.device === 'wasm', `they ran on ${gpu.device} and ${wasm.device}`);
    const off = Math.max(
      ...Object.entries(wasm.parameters).map(([name, P]) => apart(gpu.parameters[name]!.data, P.data)),
    );
    expect(off <= 1e-4, `apart by ${off}`);
    expect(gpu.bestEpoch === wasm.bestEpoch && gpu.steps === wasm.steps, `${gpu.bestEpoch} and ${wasm.bestEpoch}`);
    return `apart by ${off.toExponential(1)}`;
  },
};

export const equalityCases: readonly DeviceCase[] = [...adapters, ...steps, runs, ...encoders];
