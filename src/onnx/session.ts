import type { InferenceSession, Tensor } from 'onnxruntime-web';
import { ChelatedError } from '../errors.ts';
import { Mutex } from '../mutex.ts';
import { attempt } from './attempt.ts';
import { type Device, type DeviceChoice, noteDeviceFallback, wantedDevice } from './device.ts';
import type { Dimension } from './graph-builder.ts';
import { KeptTensor } from './kept-tensor.ts';
import type { Runtime, RuntimeCopy } from './runtime-copy.ts';
import { findPlace } from './runtimes.ts';
import type { OnnxTensor } from './tensor.ts';

export interface SessionOptions {
  /** Where it runs; what `useDevice` was told where none is named. */
  readonly device?: DeviceChoice;
  /** Threads of one call on wasm; 1 where none are given, and where the runtime cannot start any. The first session of a thread decides for all of its others. */
  readonly threads?: number;
  /** Turns int8 weights into f32 when the model is opened, not in every call: four times their memory, short inputs many times sooner. */
  readonly unpackWeights?: boolean;
  /** The model computes in f16. */
  readonly f16?: boolean;
}

/** A model's bytes, and the files beside it that hold its larger tensors, by the name that the model has for them. */
export interface OnnxModel {
  readonly bytes: Uint8Array;
  readonly externalData?: readonly { readonly path: string; readonly data: Uint8Array }[];
}

/** Tensors by the names of the graph's inputs. */
export type TensorFeeds = Readonly<Record<string, OnnxTensor>>;

/** The same with some that an earlier `runKept` gave, and that are fed where they are. */
export type MixedFeeds = Readonly<Record<string, OnnxTensor | KeptTensor>>;

/** An ONNX graph that is ready to run. Calls on one session run one after the other. */
export interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Where it runs now: a session whose GPU was lost goes on on wasm. */
  readonly device: Device;
  /**
   * The outputs named (all, when none are), f32 tensors owned by the caller.
   * @throws {ChelatedError} backend_failed; device_lost where it was fed kept tensors of a GPU that is gone
   */
  run(feeds: MixedFeeds, outputs?: readonly string[]): Promise<Record<string, Float32Tensor>>;
  /** Releases the graph, after the calls under way. A second call does nothing. */
  dispose(): Promise<void>;
}

/** One that onnxruntime runs whole. */
export interface GraphSession extends OnnxSession {
  /** Sizes of an output of f32, or the names of those that vary; none where the graph does not say. Of other numbers null. */
  shapeOf(output: string): readonly Dimension[] | null;
}

/** A graph all of whose outputs stay where it runs, until they are read or disposed of. */
export interface KeepingSession extends Omit<OnnxSession, 'run'> {
  /** @throws {ChelatedError} backend_failed; device_lost, and with the GPU all that was kept on it */
  runKept(feeds: MixedFeeds): Promise<Record<string, KeptTensor>>;
}

export type Float32Tensor = Extract<OnnxTensor, { dtype: 'f32' }>;

/**
 * Opens an ONNX model in onnxruntime-web, which is loaded on the first call and by nothing else in chelated.
 *
 * `model` is called again where a GPU is lost, and the graph is opened once more, on wasm. With `auto` that is also what
 * becomes of a graph that the GPU does not take. Either is told to `onDeviceFallback`.
 *
 * @throws {ChelatedError} backend_failed when onnxruntime cannot be loaded, or refuses the model or a call; not_supported
 * when a GPU was asked for by name and there is none that can
 */
export async function openSession(
  model: Uint8Array | (() => Promise<OnnxModel>),
  options: SessionOptions = {},
): Promise<GraphSession> {
  const read = model instanceof Uint8Array ? async () => ({ bytes: model }) : model;
  return new Session(read, options, await openGraph(read, options, false));
}

/** The same for a graph whose outputs stay where it runs. It does not go on elsewhere by itself: what it was fed is gone. */
export async function openKeepingSession(bytes: Uint8Array, options: SessionOptions = {}): Promise<KeepingSession> {
  return new Keeping(await openGraph(async () => ({ bytes }), options, true));
}

/** A graph in one copy of onnxruntime, on one of its devices. */
interface OpenGraph {
  readonly copy: RuntimeCopy;
  readonly device: Device;
  readonly session: InferenceSession;
}

async function openGraph(
  read: () => Promise<OnnxModel>,
  options: SessionOptions,
  isKeeping: boolean,
): Promise<OpenGraph> {
  const { device: wanted = wantedDevice(), threads = 1, f16 = false, unpackWeights = false } = options;
  const { copy, device } = await findPlace({ device: wanted, threads, f16 });
  const { bytes, externalData } = await read();
  try {
    const session = await attempt('onnxruntime refused the model', () =>
      copy.call(() =>
        copy.runtime.InferenceSession.create(bytes, {
          executionProviders: [device === 'webgpu' ? { name: 'webgpu', device: copy.gpu!.device } : 'wasm'],
          // It warns of graphs of which a part runs on the processor: test/device lists these parts.
          logSeverityLevel: 3,
          ...(externalData && { externalData: [...externalData] }),
          ...(isKeeping && device === 'webgpu' && { preferredOutputLocation: 'gpu-buffer' as const }),
          // Weights behind DequantizeLinear are folded like any other constant only when onnxruntime leaves such nodes alone.
          ...(unpackWeights && { extra: { session: { disable_quant_qdq: '1' } } }),
        }),
      ),
    );
    return { copy, device, session };
  } catch (error) {
    if (device === 'wasm' || wanted === 'webgpu') throw error;
    const opened = await openGraph(read, { ...options, device: 'wasm' }, isKeeping);
    noteDeviceFallback(copy.lost ?? { reason: 'limits', message: (error as Error).message });
    return opened;
  }
}

class Session implements GraphSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly #read: () => Promise<OnnxModel>;
  readonly #options: SessionOptions;
  readonly #calls = new Mutex();
  #graph: OpenGraph;
  #disposed = false;

  constructor(read: () => Promise<OnnxModel>, options: SessionOptions, graph: OpenGraph) {
    this.#read = read;
    this.#options = options;
    this.#graph = graph;
    this.inputNames = [...graph.session.inputNames];
    this.outputNames = [...graph.session.outputNames];
  }

  get device(): Device {
    return this.#graph.device;
  }

  shapeOf(output: string): readonly Dimension[] | null {
    const known = this.#graph.session.outputMetadata.find(({ name }) => name === output);
    return known?.isTensor && known.type === 'float32' ? known.shape : null;
  }

  async run(feeds: MixedFeeds, outputs: readonly string[] = this.outputNames): Promise<Record<string, Float32Tensor>> {
    if (this.#disposed) throw disposedError();
    return this.#calls.run(() => this.#run(feeds, outputs));
  }

  async #run(feeds: MixedFeeds, outputs: readonly string[]): Promise<Record<string, Float32Tensor>> {
    try {
      const results = await runGraph(this.#graph, feeds, outputs);
      return Object.fromEntries(outputs.map((name) => [name, takeFloats(name, results[name])]));
    } catch (error) {
      const { lost } = this.#graph.copy;
      if (!lost || Object.values(feeds).some((feed) => feed instanceof KeptTensor)) throw error;
      this.#graph = await openGraph(this.#read, { ...this.#options, device: 'wasm' }, false);
      noteDeviceFallback(lost);
      return this.#run(feeds, outputs);
    }
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#calls.run(() => release(this.#graph));
  }
}

class Keeping implements KeepingSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly device: Device;
  readonly #graph: OpenGraph;
  readonly #calls = new Mutex();
  #disposed = false;

  constructor(graph: OpenGraph) {
    this.#graph = graph;
    this.device = graph.device;
    this.inputNames = [...graph.session.inputNames];
    this.outputNames = [...graph.session.outputNames];
  }

  async runKept(feeds: MixedFeeds): Promise<Record<string, KeptTensor>> {
    if (this.#disposed) throw disposedError();
    const kept = await this.#calls.run(() => runGraph(this.#graph, feeds, this.outputNames));
    return Object.fromEntries(
      Object.entries(kept).map(([name, tensor]) => [name, new KeptTensor(this.#graph.copy, name, tensor)]),
    );
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#calls.run(() => release(this.#graph));
  }
}

export const disposedError = () => new ChelatedError('invalid_input', 'this ONNX session was disposed; open it again');

function runGraph({ copy, device, session }: OpenGraph, feeds: MixedFeeds, outputs: readonly string[]) {
  return attempt('onnxruntime failed', async () => {
    const missing = session.inputNames.find((name) => !(name in feeds));
    if (missing !== undefined) throw new Error(`input ${missing} was not fed`);
    const given: Record<string, Tensor> = {};
    for (const [name, tensor] of Object.entries(feeds)) {
      given[name] = tensor instanceof KeptTensor ? tensor.tensor : tensorOf(copy.runtime, tensor);
    }
    const action = () => session.run(given, outputs);
    return device === 'webgpu' ? copy.callGpu(action) : copy.call(action);
  });
}

/** What a lost GPU held went with it. */
async function release({ copy, session }: OpenGraph): Promise<void> {
  if (!copy.lost) await copy.call(() => session.release());
}

function tensorOf({ Tensor }: Runtime, tensor: OnnxTensor): Tensor {
  switch (tensor.dtype) {
    case 'f32':
      return new Tensor('float32', tensor.data, tensor.dims);
    case 'int8':
      return new Tensor('int8', tensor.data, tensor.dims);
    case 'int32':
      return new Tensor('int32', tensor.data, tensor.dims);
    case 'int64':
      return new Tensor('int64', tensor.data, tensor.dims);
  }
}

function takeFloats(name: string, tensor: Tensor | undefined): Float32Tensor {
  if (!(tensor?.data instanceof Float32Array)) {
    throw new ChelatedError('backend_failed', `output ${name} is ${tensor?.type ?? 'missing'}, expected float32`);
  }
  return { dtype: 'f32', dims: tensor.dims, data: tensor.data };
}
