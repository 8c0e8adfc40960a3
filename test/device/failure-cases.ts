import { loadAdapter } from '../../src/adapter/load-adapter.ts';
import { writeAdapter } from '../../src/adapter/write-adapter.ts';
import { config } from '../../src/config.ts';
import { train } from '../../src/distil/train/train.ts';
import type { TrainProgress } from '../../src/distil/train/train-options.ts';
import { ChelatedError } from '../../src/errors.ts';
import { type DeviceFallback, deviceFallbacks, onDeviceFallback } from '../../src/onnx/device.ts';
import { GraphBuilder } from '../../src/onnx/graph-builder.ts';
import { openKeepingSession, openSession } from '../../src/onnx/session.ts';
import { sample } from '../adapter/samples.ts';
import { sampleRun } from '../distil/train/sample-run.ts';
import { apart, type DeviceCase, expect } from './device-case.ts';

/** Hands over every device that is opened meanwhile: what chelated runs on is taken away from outside, as a driver does. */
async function withDevices<T>(action: (devices: readonly GPUDevice[]) => Promise<T>): Promise<T> {
  const devices: GPUDevice[] = [];
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (this: GPUAdapter, ...given) {
    const device = await requestDevice.apply(this, given);
    devices.push(device);
    return device;
  };
  try {
    return await action(devices);
  } finally {
    GPUAdapter.prototype.requestDevice = requestDevice;
  }
}

/** The steps down while an action runs. */
async function fallbacksOf(action: () => Promise<void>): Promise<DeviceFallback[]> {
  const heard: DeviceFallback[] = [];
  const stop = onDeviceFallback((fallback) => heard.push(fallback));
  await action().finally(stop);
  return heard;
}

function doubling(): Uint8Array {
  const graph = new GraphBuilder('a test');
  const x = graph.input('x', 'f32', ['n', 2]);
  graph.output(graph.op('Mul', [x, graph.scalar(2)], {}, 'y'), 'f32', ['n', 2]);
  return bytesOf(graph);
}

const bytesOf = (graph: GraphBuilder) => graph.bytes({ irVersion: 8, opset: 17, producer: 'a test', metadata: [] });
const feeds = { x: { dtype: 'f32', dims: [1, 2], data: Float32Array.of(1, 2) } } as const;

async function errorOf(action: () => Promise<unknown>): Promise<ChelatedError> {
  const error = await action().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ChelatedError) return error;
  throw new Error(`expected a ChelatedError, got ${error}`);
}

const lostAdapter: DeviceCase = {
  title: 'a GPU that is lost between two calls: the adapter goes on on wasm, and says so once',
  group: 'lost adapter',
  run: ({ kernels }) =>
    withDevices(async (devices) => {
      const { parts, card, encoder, input } = sample('affine', 7);
      const given = input(5);
      const bytes = await writeAdapter(parts, card);
      const adapter = await loadAdapter(bytes, { encoder, kernels, backend: 'onnxruntime', device: 'webgpu' });
      const before = (await adapter.correct(given)).data;
      const heard = await fallbacksOf(async () => {
        devices[0]!.destroy();
        for (let i = 0; i < 3; i++) {
          expect(apart((await adapter.correct(given)).data, before) <= 1e-4, 'other vectors after the loss');
        }
      });
      expect(adapter.device === 'wasm', `it runs on ${adapter.device}`);
      expect(heard.map(({ reason }) => reason).join() === 'device_lost', JSON.stringify(heard));
      expect(deviceFallbacks().get('device_lost') === 1, 'it is not counted once');
      await adapter.dispose();
      const refused = await errorOf(() => openSession(doubling(), { device: 'webgpu' }));
      expect(refused.code === 'not_supported', refused.message);
      const auto = await openSession(doubling(), { device: 'auto' });
      expect((await auto.run(feeds)).y!.data[1] === 4 && auto.device === 'wasm', 'auto does not go on on wasm');
      return heard[0]!.message;
    }),
};

const lostTraining: DeviceCase = {
  title: 'a GPU that is lost while training: goes on on wasm from the last epoch, to the same parameters',
  group: 'lost training',
  run: () =>
    withDevices(async (devices) => {
      const { data, options } = sampleRun(60, { epochs: 3 });
      const progress: TrainProgress[] = [];
      const onProgress = (at: TrainProgress) => {
        progress.push(at);
        if (at.step === 5 && progress.length === 5) devices[0]!.destroy();
      };
      let lost: Awaited<ReturnType<typeof train>> | undefined;
      const heard = await fallbacksOf(async () => {
        lost = await train(data, { ...options, device: 'webgpu', onProgress });
      });
      expect(lost!.device === 'wasm', `it ended on ${lost!.device}`);
      const whole = await train(data, { ...options, device: 'wasm' });
      const off = Math.max(
        ...Object.entries(whole.parameters).map(([name, P]) => apart(lost!.parameters[name]!.data, P.data)),
      );
      expect(off <= 1e-4, `apart by ${off}`);
      expect(lost!.steps === whole.steps, `${lost!.steps} steps, not ${whole.steps}`);
      // Three steps an epoch: the first was read, and the second begins again.
      const again = progress.filter(({ step }) => step === 5).length;
      expect(again === 2 && !progress.some(({ step }, i) => step === 1 && i > 0), `step 5 ran ${again} times`);
      expect(heard.map(({ reason }) => reason).join() === 'device_lost', JSON.stringify(heard));
      return heard[0]!.message;
    }),
};

const lostKept: DeviceCase = {
  title: 'a GPU that is lost with tensors on it: device_lost, and nothing hangs',
  group: 'lost tensors',
  run: () =>
    withDevices(async (devices) => {
      const session = await openKeepingSession(doubling(), { device: 'webgpu' });
      const { y } = await session.runKept(feeds);
      const under = session.runKept({ x: y! }).then(({ y }) => y!.read());
      devices[0]!.destroy();
      const during = await errorOf(() => under);
      const reading = await errorOf(() => y!.read());
      const running = await errorOf(() => session.runKept({ x: y! }));
      for (const { code, message } of [during, reading, running]) expect(code === 'device_lost', `${code}: ${message}`);
      y!.dispose();
      await session.dispose();
      return running.message;
    }),
};

const memory: DeviceCase = {
  title: 'a call that needs more memory than the GPU has: goes on on wasm, and says so',
  group: 'memory',
  run: async () => {
    const graph = new GraphBuilder('a test');
    const [x, sizes] = [graph.input('x', 'f32', [1]), graph.input('sizes', 'int64', [2])];
    const wide = graph.op('Relu', [graph.op('Expand', [x, sizes])]);
    graph.output(graph.op('ReduceMax', [wide], { keepdims: 0 }, 'y'), 'f32', []);
    const session = await openSession(bytesOf(graph), { device: 'webgpu' });
    const numbers = (n: number) =>
      ({
        x: { dtype: 'f32', dims: [1], data: Float32Array.of(3) },
        sizes: { dtype: 'int64', dims: [2], data: BigInt64Array.of(1024n, BigInt(n / 1024)) },
      }) as const;
    expect((await session.run(numbers(4096))).y!.data[0] === 3, 'wrong where there is enough');
    // A quarter of a billion numbers and some more: past a GiB, the largest buffer of the software device.
    const heard = await fallbacksOf(async () => {
      expect((await session.run(numbers(2 ** 28 + 2 ** 20))).y!.data[0] === 3, 'wrong on wasm');
    });
    expect(heard.map(({ reason }) => reason).join() === 'device_lost', JSON.stringify(heard));
    return heard[0]!.message;
  },
};

const half: DeviceCase = {
  title: 'f16 where the device has none: refused by name, and auto goes on on wasm',
  group: 'memory',
  run: async () => {
    const adapter = await navigator.gpu.requestAdapter();
    if (adapter!.features.has('shader-f16')) return 'skipped: this device computes in f16';
    const { code, message } = await errorOf(() => openSession(doubling(), { device: 'webgpu', f16: true }));
    expect(code === 'not_supported' && message.includes('f16'), `${code}: ${message}`);
    return message;
  },
};

const software: DeviceCase = {
  title: 'auto leaves a software device alone, and says so',
  group: 'auto',
  run: async () => {
    const heard = await fallbacksOf(async () => {
      const session = await openSession(doubling(), { device: 'auto' });
      expect(session.device === 'wasm', `it runs on ${session.device}`);
      expect((await session.run(feeds)).y!.data[1] === 4, 'wrong');
      await session.dispose();
    });
    expect(heard[0]?.reason === 'software', JSON.stringify(heard));
    const { code, message } = await errorOf(() => openSession(doubling(), { device: 'webgpu' }));
    expect(code === 'not_supported' && message.includes('before'), `${code}: ${message}`);
    expect(config.device.choice === 'auto', 'auto is not the default');
    return heard[0]!.message;
  },
};

export const failureCases: readonly DeviceCase[] = [lostAdapter, lostTraining, half, lostKept, memory, software];
