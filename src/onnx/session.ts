import type { InferenceSession, Tensor } from 'onnxruntime-web';
import { ChelatedError } from '../errors.ts';
import type { OnnxTensor } from './tensor.ts';

/** Where onnxruntime runs a graph. */
export type ExecutionProvider = 'wasm';

export interface SessionOptions {
  readonly executionProvider?: ExecutionProvider;
  /** Threads of one call; 1 where none are given, and where the runtime cannot start any. The first session with more than one decides for all of them. */
  readonly threads?: number;
  /** Turns int8 weights into f32 when the model is opened, not in every call: four times their memory, short inputs many times sooner. */
  readonly unpackWeights?: boolean;
  /** Files beside the model that hold its larger tensors, by the name that the model has for them. */
  readonly externalData?: readonly { readonly path: string; readonly data: Uint8Array }[];
}

export type TensorFeeds = Readonly<Record<string, OnnxTensor>>;

/** An ONNX graph that is ready to run. Calls on one session run one after the other. */
export interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** The outputs named (all, when none are), f32 tensors owned by the caller. */
  run(feeds: TensorFeeds, outputs?: readonly string[]): Promise<Record<string, Float32Tensor>>;
  /** Releases the graph, after the calls under way. A second call does nothing. */
  dispose(): Promise<void>;
}

export type Float32Tensor = Extract<OnnxTensor, { dtype: 'f32' }>;

type Runtime = typeof import('onnxruntime-web');

/**
 * Opens an ONNX model in onnxruntime-web, which is loaded on the first call and by nothing else in chelated.
 *
 * @throws {ChelatedError} backend_failed when onnxruntime cannot be loaded, or refuses the model or a call
 */
export async function openSession(bytes: Uint8Array, options: SessionOptions = {}): Promise<OnnxSession> {
  const provider = options.executionProvider ?? 'wasm';
  const runtime = await attempt('onnxruntime-web cannot be loaded', () => loadRuntime(provider, options.threads ?? 1));
  const session = await attempt('onnxruntime refused the model', () =>
    runtime.InferenceSession.create(bytes, {
      executionProviders: [provider],
      ...(options.externalData && { externalData: [...options.externalData] }),
      // Weights behind DequantizeLinear are folded like any other constant only when onnxruntime leaves such nodes alone.
      ...(options.unpackWeights && { extra: { session: { disable_quant_qdq: '1' } } }),
    }),
  );
  return new Session(runtime, session);
}

const loaders: Record<ExecutionProvider, () => Promise<Runtime>> = {
  wasm: () => import('onnxruntime-web/wasm'),
};

async function loadRuntime(provider: ExecutionProvider, threads: number): Promise<Runtime> {
  if (threads > 1 && typeof process !== 'undefined' && process.versions?.node !== undefined) {
    // Node, Bun and Deno: only this build starts its threads there. It is another instance, with its own memory.
    const runtime = await import('onnxruntime-web');
    runtime.env.wasm.numThreads = threads;
    return runtime;
  }
  const runtime = await loaders[provider]();
  // Outside of browsers this build starts its threads in a way that hangs or fails.
  if (typeof document === 'undefined') runtime.env.wasm.numThreads = 1;
  return runtime;
}

class Session implements OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly #runtime: Runtime;
  readonly #session: InferenceSession;
  #last: Promise<unknown> = Promise.resolve();
  #disposed = false;

  constructor(runtime: Runtime, session: InferenceSession) {
    this.#runtime = runtime;
    this.#session = session;
    this.inputNames = [...session.inputNames];
    this.outputNames = [...session.outputNames];
  }

  async run(feeds: TensorFeeds, outputs: readonly string[] = this.outputNames): Promise<Record<string, Float32Tensor>> {
    if (this.#disposed) throw new ChelatedError('invalid_input', 'this ONNX session was disposed; open it again');
    const result = this.#last.then(() => attempt('onnxruntime failed', () => this.#run(feeds, outputs)));
    this.#last = result.catch(() => {});
    return result;
  }

  async #run(feeds: TensorFeeds, outputs: readonly string[]): Promise<Record<string, Float32Tensor>> {
    const given: Record<string, Tensor> = {};
    for (const [name, tensor] of Object.entries(feeds)) given[name] = this.#tensor(tensor);
    const results = await this.#session.run(given, outputs);
    return Object.fromEntries(outputs.map((name) => [name, takeFloats(name, results[name])]));
  }

  #tensor(tensor: OnnxTensor): Tensor {
    const { Tensor } = this.#runtime;
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

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#last;
    await this.#session.release();
  }
}

function takeFloats(name: string, tensor: Tensor | undefined): Float32Tensor {
  if (!(tensor?.data instanceof Float32Array)) {
    throw new ChelatedError('backend_failed', `output ${name} is ${tensor?.type ?? 'missing'}, expected float32`);
  }
  return { dtype: 'f32', dims: tensor.dims, data: tensor.data };
}

async function attempt<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof ChelatedError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ChelatedError('backend_failed', `${what}: ${reason}`, { cause });
  }
}
