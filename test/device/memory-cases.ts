import { initialParameters } from '../../src/distil/train/network.ts';
import { inputsOf } from '../../src/distil/train/train-data.ts';
import { zeros } from '../../src/distil/train/train-state.ts';
import { openTrainer } from '../../src/distil/train/trainer.ts';
import { sampleRun } from '../distil/train/sample-run.ts';
import { type DeviceCase, expect } from './device-case.ts';

/** Counts the bytes of the GPU buffers that are there while an action runs. */
async function countBuffers(action: (alive: () => number) => Promise<void>): Promise<void> {
  const sizes = new Map<GPUBuffer, number>();
  const { createBuffer } = GPUDevice.prototype;
  const { destroy } = GPUBuffer.prototype;
  GPUDevice.prototype.createBuffer = function (this: GPUDevice, ...given) {
    const buffer = createBuffer.apply(this, given);
    sizes.set(buffer, buffer.size);
    return buffer;
  };
  GPUBuffer.prototype.destroy = function (this: GPUBuffer) {
    sizes.delete(this);
    return destroy.apply(this);
  };
  try {
    await action(() => [...sizes.values()].reduce((sum, size) => sum + size, 0));
  } finally {
    GPUDevice.prototype.createBuffer = createBuffer;
    GPUBuffer.prototype.destroy = destroy;
  }
}

/** Trains for so many steps without reading anything but a loss, and gives the bytes on the GPU after each. */
export async function bytesByStep(steps: number): Promise<number[]> {
  const { data, options } = sampleRun(64, { batch: 16 });
  const { network, objective } = options;
  const bytes: number[] = [];
  await countBuffers(async (alive) => {
    const parameters = initialParameters(network, 0, null);
    const numbers = { parameters, means: zeros(parameters), variances: zeros(parameters) };
    const settings = { ...options, inputs: inputsOf(data, objective), steps, device: 'webgpu' as const };
    const trainer = await openTrainer(settings, numbers);
    for (let t = 1; t <= steps; t++) {
      const rows = Uint32Array.from({ length: 16 }, (_, i) => (16 * t + i) % 64);
      const loss = await trainer.step(t, rows, t % 10 === 0);
      expect(loss === null || Number.isFinite(loss), `loss ${loss} at step ${t}`);
      bytes.push(alive());
    }
    await trainer.dispose();
  });
  return bytes;
}

const flat: DeviceCase = {
  title: 'sixty training steps leave no more on the GPU than ten do',
  group: 'training memory',
  run: async () => {
    const bytes = await bytesByStep(60);
    const [early, late] = [Math.max(...bytes.slice(5, 20)), Math.max(...bytes.slice(45))];
    expect(late <= early, `${early} bytes at first, ${late} at last`);
    return `${late} bytes`;
  },
};

export const memoryCases: readonly DeviceCase[] = [flat];
