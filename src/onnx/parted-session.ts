import { ChelatedError } from '../errors.ts';
import type { Dense, LayerNorm, ResidentTransformer, TransformerLayer } from '../kernels/kernels.ts';
import type { ThreadedKernels } from '../kernels/load.ts';
import { matrix } from '../matrix.ts';
import { Mutex } from '../mutex.ts';
import { wantedDevice } from './device.ts';
import {
  type FoundDense,
  type FoundLayer,
  type FoundNorm,
  type FoundTransformer,
  findTransformer,
} from './fuse/find-transformer.ts';
import { GraphEditor } from './fuse/graph-editor.ts';
import { handOver } from './hand-over.ts';
import { findPlace } from './runtimes.ts';
import {
  disposedError,
  type Float32Tensor,
  type GraphSession,
  type MixedFeeds,
  type OnnxModel,
  type OnnxSession,
  openSession,
  type SessionOptions,
} from './session.ts';

/**
 * Opens a transformer as `openSession` does, with its layers run by the kernels where that is faster: on wasm their products of
 * f32 are. onnxruntime runs what comes before the layers, and what comes behind.
 *
 * Error   from the whole graph: the same sums of f32 in another order, and a GELU within 6e-7
 * Edge    the graph is opened whole on a GPU, and where there was one; in f16, or with other layers than `findTransformer` knows;
 *         where the kernels have less memory than the layers need, fewer threads than onnxruntime, or refuse them otherwise
 * Memory  a weight is held once: those of the layers by the kernels, as f32, the others by onnxruntime
 *
 * @param load gives kernels with as many threads as onnxruntime has, which the session closes in the end; called where there are such layers
 * @throws {ChelatedError} as `openSession`
 */
export async function openPartedSession(
  read: () => Promise<OnnxModel>,
  options: SessionOptions,
  load: (threads: number) => Promise<ThreadedKernels>,
): Promise<OnnxSession> {
  const { device: wanted = wantedDevice(), threads = 1, f16 = false } = options;
  if (f16) return openSession(read, options);
  const { copy, device } = await findPlace({ device: wanted, threads, f16 });
  if (device === 'webgpu') return openSession(read, options);
  // The step down was told. A copy with a GPU may be lost, and its sessions must be opened anew.
  const onWasm: SessionOptions = { ...options, device };
  if (copy.gpu) return openSession(read, onWasm);
  const model = await read();
  const cut = cutModel(model.bytes);
  if (cut) {
    const there = copy.runtime.env.wasm.numThreads!;
    const kernels = await load(there);
    const opened = kernels.threads >= there && (await openParts(model, cut, onWasm, kernels));
    if (opened) return opened;
    kernels.close();
  }
  return openSession(handOver(model, read), onWasm);
}

interface Cut {
  readonly graph: GraphEditor;
  readonly found: FoundTransformer;
}

function cutModel(bytes: Uint8Array): Cut | undefined {
  let graph: GraphEditor;
  try {
    graph = new GraphEditor(bytes);
  } catch {
    return undefined; // onnxruntime says what is wrong with it
  }
  const found = graph.isNested ? undefined : findTransformer(graph);
  return found && { graph, found };
}

/** The parts, or undefined where they cannot do it: then nothing of them is left. */
async function openParts(
  { bytes, ...beside }: OnnxModel,
  { graph, found: { layers, scoreBias } }: Cut,
  options: SessionOptions,
  kernels: ThreadedKernels,
): Promise<OnnxSession | undefined> {
  const sessions: GraphSession[] = [];
  let room = MOST_BYTES * bytes.length;
  const open = async (part: Uint8Array) => {
    room -= part.length;
    if (room < 0 || new GraphEditor(part).nodes('Attention').length > 0) throw new Unfit();
    const session = await openSession(handOver({ bytes: part, ...beside }, neverAgain), options);
    sessions.push(session);
    return session;
  };
  let transformer: ResidentTransformer | undefined;
  try {
    const [hidden, result] = [layers[0]!.input, layers.at(-1)!.output];
    const given = scoreBias === undefined ? [hidden] : [hidden, scoreBias];
    if (graph.outputs.includes(result)) throw new Unfit();
    const before = await open(graph.part(given));
    const shapes = given.map((name) => before.shapeOf(name));
    if (shapes.includes(null)) throw new Unfit();
    const behind = await open(graph.part(graph.outputs, new Map([[result, shapes[0]!]])));
    for (const layer of layers) {
      const weights = await readLayer(layer, (names) => open(graph.part(names)));
      if (transformer) transformer.append(weights);
      else transformer = kernels.holdTransformer(weights);
    }
    return new PartedSession({ before, hidden, scoreBias, transformer: transformer!, result, behind, kernels });
  } catch (error) {
    await Promise.all(sessions.map((session) => session.dispose()));
    transformer?.free();
    // Where something is wrong with the model itself, the whole graph says it.
    if (error instanceof Unfit || error instanceof ChelatedError) return undefined;
    kernels.close();
    throw error;
  }
}

/** A weight that several parts read would be held by each: so much more than the whole model may all of them have. */
const MOST_BYTES = 1.1;

/** Says that a graph is to be run whole. */
class Unfit extends Error {}

/** Only a session whose GPU was lost reads its model again. */
const neverAgain = () => Promise.reject(new Error('a part of a graph was asked for twice'));

/** The weights of a layer as f32, as onnxruntime computes them from what the file carries. */
async function readLayer(
  { heads, scale, qkv, merge, attentionNorm, into, out, outNorm }: FoundLayer,
  open: (names: readonly string[]) => Promise<GraphSession>,
): Promise<TransformerLayer> {
  const denses = [qkv, merge, into, out];
  const norms = [attentionNorm, outNorm];
  const names = [
    ...denses.flatMap(({ weight, bias }) => (bias === undefined ? [weight] : [weight, bias])),
    ...norms.flatMap(({ gain, shift }) => [gain, shift]),
  ];
  const session = await open([...new Set(names)]);
  const tensors = await session.run({}).finally(() => session.dispose());
  const dense = ({ weight, bias }: FoundDense): Dense => {
    const { dims, data } = tensors[weight]!;
    if (dims.length !== 2) throw new Unfit();
    return {
      weight: matrix(dims[0]!, dims[1]!, data),
      bias: bias === undefined ? new Float32Array(dims[1]!) : tensors[bias]!.data,
    };
  };
  const norm = ({ gain, shift, epsilon }: FoundNorm): LayerNorm => {
    return { gain: tensors[gain]!.data, shift: tensors[shift]!.data, epsilon };
  };
  const width = tensors[qkv.weight]!.dims[0]!;
  return {
    heads,
    scale: scale ?? 1 / Math.sqrt(width / heads),
    qkv: dense(qkv),
    merge: dense(merge),
    attentionNorm: norm(attentionNorm),
    into: dense(into),
    out: dense(out),
    outNorm: norm(outNorm),
  };
}

interface Parts {
  readonly before: GraphSession;
  readonly hidden: string;
  readonly scoreBias: string | undefined;
  readonly transformer: ResidentTransformer;
  readonly result: string;
  readonly behind: GraphSession;
  readonly kernels: ThreadedKernels;
}

class PartedSession implements OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly device = 'wasm';
  readonly #parts: Parts;
  readonly #calls = new Mutex();
  #disposed = false;

  constructor(parts: Parts) {
    const { before, behind, result } = parts;
    const names = new Set([...before.inputNames, ...behind.inputNames]);
    this.inputNames = [...names].filter((name) => name !== result);
    this.outputNames = behind.outputNames;
    this.#parts = parts;
  }

  async run(feeds: MixedFeeds, outputs: readonly string[] = this.outputNames): Promise<Record<string, Float32Tensor>> {
    if (this.#disposed) throw disposedError();
    return this.#calls.run(() => this.#run(feeds, outputs));
  }

  async #run(feeds: MixedFeeds, outputs: readonly string[]): Promise<Record<string, Float32Tensor>> {
    const { before, hidden, scoreBias, transformer, result, behind } = this.#parts;
    const values = await before.run(pick(feeds, before.inputNames));
    const { dims, data } = values[hidden]!;
    const [texts, tokens] = dims as [number, number];
    const bias = scoreBias === undefined ? {} : { bias: values[scoreBias]! };
    const Y = transformer.apply(matrix(texts * tokens, transformer.dims, data), { texts, tokens, ...bias });
    return behind.run({ ...pick(feeds, behind.inputNames), [result]: { dtype: 'f32', dims, data: Y.data } }, outputs);
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    const { before, behind, transformer, kernels } = this.#parts;
    await this.#calls.run(async () => {
      transformer.free();
      kernels.close();
      await Promise.all([before.dispose(), behind.dispose()]);
    });
  }
}

/** Those of the feeds that a part reads; what is missing it says itself. */
function pick(feeds: MixedFeeds, names: readonly string[]): MixedFeeds {
  return Object.fromEntries(names.flatMap((name) => (name in feeds ? [[name, feeds[name]!]] : [])));
}
