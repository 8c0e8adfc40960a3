import type { AdapterKind } from '../../src/adapter/card.ts';
import { writeAdapter } from '../../src/adapter/write-adapter.ts';
import { trainingGraph } from '../../src/distil/train/training-graph.ts';
import { addPooling } from '../../src/encode/onnx/add-pooling.ts';
import { pickWeights } from '../../src/encode/onnx/weight-files.ts';
import { fuseTransformer } from '../../src/onnx/fuse/fuse-transformer.ts';
import { sample } from '../adapter/samples.ts';
import { type DeviceCase, type DeviceHost, expect } from './device-case.ts';
import { batch, problems } from './equality-cases.ts';

/**
 * What onnxruntime runs on the processor of a graph that was opened for the GPU, by operator. A new one costs a copy to the
 * processor and back in every call: think before it is added here.
 */
const onProcessor: Readonly<Record<string, readonly string[]>> = {
  'adapter identity': [],
  'adapter affine': [],
  'adapter orthogonal': [],
  // Rows of the token table are int8, which WebGPU has not; they are gathered and made f32 before they are sent.
  'adapter lexical': ['Cast', 'Gather'],
  'adapter residual': ['Cast', 'Gather'],
  'adapter mlp': [],
  'adapter lowrank': [],
  'step 0: mlp, cosine': [],
  'step 1: lowrank, mse': [],
  'step 2: mlp, cosine': [],
  'step 3: lowrank, contrastive': [],
  // The mask's way through shapes and indices, once a call.
  'encoder all-MiniLM-L6-v2': [
    ...[
      'Cast',
      'Concat',
      'Expand',
      'Gather',
      'GatherND',
      'GreaterOrEqual',
      'Max',
      'Range',
      'Shape',
      'Slice',
      'Squeeze',
    ],
    'Unsqueeze',
  ],
  // The same, and the buckets of relative positions.
  'encoder all-mpnet-base-v2': [
    ...['Abs', 'Add', 'Cast', 'Concat', 'ConstantOfShape', 'Equal', 'Gather', 'GreaterOrEqual', 'Less', 'Min', 'Mul'],
    ...['Neg', 'Range', 'Reshape', 'Shape', 'Sub', 'Unsqueeze', 'Where'],
  ],
};

async function graphBytes(name: string, { model }: DeviceHost): Promise<Uint8Array | null> {
  const [kind, which] = name.split(' ') as [string, string];
  if (kind === 'adapter') {
    const { parts, card } = sample(which as AdapterKind, 7, { bias: true });
    return writeAdapter(parts, card);
  }
  if (kind === 'step') return trainingGraph({ ...problems[Number.parseInt(which, 10)]!, batch, gives: 'step' });
  const files = await model(which);
  return files && addPooling(fuseTransformer(await files.read(pickWeights(files).path)), ['mean'], { unit: true });
}

const operators: DeviceCase = {
  title: 'the operators that run on the processor are those that are listed',
  group: 'operators',
  // Elsewhere onnxruntime writes past the console; the build is the same.
  only: 'Chromium',
  run: async (host) => {
    const lines: string[] = [];
    const { log, error } = console;
    // onnxruntime says where it puts a node in its log alone, and takes hold of the console when it is loaded.
    for (const way of ['log', 'info', 'warn', 'error', 'debug'] as const) {
      console[way] = (...said: unknown[]) => void lines.push(said.join(' '));
    }
    try {
      const { env, InferenceSession } = await import('onnxruntime-web/webgpu');
      env.logLevel = 'verbose';
      let graphs = 0;
      for (const [name, expected] of Object.entries(onProcessor)) {
        const bytes = await graphBytes(name, host);
        if (!bytes) continue;
        lines.length = 0;
        const session = await InferenceSession.create(bytes, {
          executionProviders: ['webgpu'],
          logSeverityLevel: 0,
          extra: { session: { disable_quant_qdq: '1' } },
        });
        await session.release();
        const found = placedOnProcessor(lines);
        expect(found.join() === expected.join(), `${name}: expected ${expected}, got ${found}`);
        graphs++;
      }
      return `${graphs} graphs`;
    } finally {
      Object.assign(console, { log, error });
    }
  },
};

/** Kinds of nodes below the heading of the processor, sorted. */
function placedOnProcessor(lines: readonly string[]): string[] {
  let provider = '';
  const found = new Set<string>();
  const said = lines.filter((line) => line.includes('VerifyEachNodeIsAssignedToAnEp'));
  expect(said.length > 0, 'onnxruntime no longer says where it puts nodes');
  for (const line of said) {
    provider = /placed on \[(\w+)\]/.exec(line)?.[1] ?? provider;
    const kind = /\]\s{2,}(\w+) \(/.exec(line)?.[1];
    if (kind && provider === 'CPUExecutionProvider') found.add(kind);
  }
  return [...found].sort();
}

export const operatorCases: readonly DeviceCase[] = [operators];
