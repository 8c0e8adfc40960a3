import { config } from '../config.ts';
import type { DeviceFallback } from './device.ts';
import { GraphBuilder } from './graph-builder.ts';
import type { RuntimeCopy } from './runtime-copy.ts';

/** What y of the graph below is for x, computed by hand: (3, 4)·W = (7, −1, 24), relu, to unit length. */
const known = { x: [3, 4], W: [1, -3, 4, 1, 2, 3], y: [7 / 25, 0, 24 / 25] } as const;

/** Runs a small graph whose answer is known on the GPU; null when it is right. */
export async function probeGpu(copy: RuntimeCopy): Promise<DeviceFallback | null> {
  const { Tensor, InferenceSession } = copy.runtime;
  const name = copy.gpu!.name;
  try {
    const y = await copy.call(async () => {
      const session = await InferenceSession.create(probeGraph(), {
        executionProviders: [{ name: 'webgpu', device: copy.gpu!.device }],
      });
      const { y } = await session.run({ x: new Tensor('float32', Float32Array.from(known.x), [1, 2]) });
      await session.release();
      return y!.data as Float32Array;
    });
    const off = known.y.reduce((most, right, i) => Math.max(most, Math.abs(right - y[i]!)), 0);
    if (off <= config.device.tolerance) return null;
    return { reason: 'wrong_result', message: `${name} is off by ${off} on a vector whose answer is known` };
  } catch (error) {
    return { reason: 'wrong_result', message: `${name} cannot run a small graph: ${(error as Error).message}` };
  }
}

function probeGraph(): Uint8Array {
  const { opset, irVersion } = config.adapterFile;
  const graph = new GraphBuilder('chelated probe');
  const x = graph.input('x', 'f32', ['n', 2]);
  const W = graph.constant('W', { dtype: 'f32', dims: [2, 3], data: Float32Array.from(known.W) });
  const h = graph.op('Relu', [graph.op('MatMul', [x, W])]);
  const y = graph.op('Div', [h, graph.op('ReduceL2', [h], { axes: [1], keepdims: 1 })], {}, 'y');
  graph.output(y, 'f32', ['n', 3]);
  return graph.bytes({ opset, irVersion, producer: 'chelated', metadata: [] });
}
