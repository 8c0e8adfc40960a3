import type { Tensor } from 'onnxruntime-web';
import { ChelatedError } from '../errors.ts';
import { attempt } from './attempt.ts';
import type { RuntimeCopy } from './runtime-copy.ts';

/** An output that stays where its graph ran. Whoever got it disposes of it: a GPU's buffers are not collected. */
export class KeptTensor {
  /** As onnxruntime knows it. */
  readonly tensor: Tensor;
  readonly #copy: RuntimeCopy;
  readonly #name: string;

  constructor(copy: RuntimeCopy, name: string, tensor: Tensor) {
    this.#copy = copy;
    this.#name = name;
    this.tensor = tensor;
  }

  /**
   * Its numbers. A later feed of the same tensor brings them back to the GPU.
   *
   * @throws {ChelatedError} device_lost; backend_failed when it is not f32
   */
  async read(): Promise<Float32Array> {
    // `true` lets go of the GPU's buffer: what was read is fed from memory.
    const data = await attempt('onnxruntime failed', () => this.#copy.callGpu(() => this.tensor.getData(true)));
    if (data instanceof Float32Array) return data;
    throw new ChelatedError('backend_failed', `output ${this.#name} is ${this.tensor.type}, expected float32`);
  }

  dispose(): void {
    if (!this.#copy.lost) this.tensor.dispose();
  }
}
