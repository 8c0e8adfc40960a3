import { breathe } from '../breathe.ts';
import { config } from '../config.ts';
import { meanRow } from '../distil/mean-row.ts';
import { adamScalars } from '../distil/train/adam.ts';
import { graphNames } from '../distil/train/graph-names.ts';
import { learningRate } from '../distil/train/schedule.ts';
import { type ContextGate, contextFeatures, heldGate } from '../encode/context-gate.ts';
import type { Kernels, Resident } from '../kernels/kernels.ts';
import { type Matrix, matrix, pickRows } from '../matrix.ts';
import { KeptTensor } from '../onnx/kept-tensor.ts';
import { type KeepingSession, type MixedFeeds, openKeepingSession } from '../onnx/session.ts';
import type { OnnxTensor } from '../onnx/tensor.ts';
import { random } from '../random.ts';
import { appendBags, pickBags, type TokenBags } from '../token-bags.ts';
import { centred } from './centred.ts';
import type { TaughtTexts } from './fit-table.ts';
import { gateGraph, gateNames, gateShapes } from './gate-graph.ts';
import { heldOutScore } from './held-out-score.ts';
import { rowCosines } from './row-cosines.ts';
import { textWeights } from './text-weights.ts';

export interface TrainGateInput {
  /** The table that the gate is for; it stays as it is. */
  readonly rows: Matrix; // (V, d)
  readonly weights: Float32Array; // (V)
  readonly basis: Matrix; // (d, e), as `FittedTable` has it
  readonly centre: Float32Array; // (e)
  readonly texts: TaughtTexts;
  readonly paragraphs: TaughtTexts;
  readonly heldOut: { readonly texts: TaughtTexts; readonly paragraphs: TaughtTexts };
  /** Width of the gate. */
  readonly dims: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onShare?: (share: number) => void;
}

export interface TrainedGate {
  readonly gate: ContextGate;
  readonly steps: number;
  /**
   * Mean cosine to the teacher's centred vectors, texts and paragraphs alike, without and with the gate, and the standard
   * error of what it gains, text by text.
   */
  readonly heldOut: { readonly plain: number; readonly gated: number; readonly error: number };
  /** It gains more on held-out texts than chance does. */
  readonly wins: boolean;
}

/**
 * Trains a context gate for a table that has learned, on the texts that the table was fitted to: the mean cosine to the
 * teacher's centred vectors, long texts weighing more. Starts from the plain table.
 *
 * Edge    the same input and seed give the same numbers: it runs on wasm, whatever else there is
 * @throws {ChelatedError} backend_failed; the signal's reason between steps
 */
export async function trainGate(kernels: Kernels, input: TrainGateInput): Promise<TrainedGate> {
  const { rows, dims, seed, signal, onShare } = input;
  const { epochs, batch, learningRate: peak } = config.makeStudent.gate;
  const aside = input.paragraphs.T.rows > 0 ? meanRow(input.paragraphs.T) : input.centre;
  const kinds = [
    { ...input.texts, mean: input.centre },
    { ...input.paragraphs, mean: aside },
  ];
  const scale = 1 / meanLength(rows);
  const graph = gateGraph(scaled(rows, scale), dims, 'step');
  const session = await openKeepingSession(graph, { device: 'wasm' });
  const table = kernels.hold(rows);
  let state: MixedFeeds = startFeeds(rows.dims, dims);
  const drop = () => {
    for (const tensor of Object.values(state)) if (tensor instanceof KeptTensor) tensor.dispose();
  };
  try {
    const draw = random(seed);
    const perEpoch = kinds.reduce((sum, { bags }) => sum + Math.ceil(bags.rows / batch), 0);
    const steps = perEpoch * epochs;
    let t = 0;
    for (let epoch = 0; epoch < epochs; epoch++) {
      for (const { kind, picked } of shuffledBatches(kinds, batch, draw)) {
        await breathe();
        signal?.throwIfAborted();
        t++;
        const feeds = batchFeeds(kernels, { ...input, rows: table }, kind, picked, scale);
        const next = await step(session, state, feeds, learningRate(peak, steps, t), t);
        drop();
        state = next;
        onShare?.(t / steps);
      }
    }
    const read = async (name: 'context' | 'tokens', n: number, d: number) =>
      scaled(matrix(n, d, await numbersOf(state[name]!)), scale);
    const [context, tokens] = await Promise.all(gateShapes(rows.dims, dims).map((shape) => read(...shape)));
    const gate = { context: context!, tokens: tokens! };
    const heldOut = judge(kernels, input, aside, gate);
    const gain = heldOut.gated - heldOut.plain;
    return { gate, steps, heldOut, wins: gain > config.makeStudent.gate.z * heldOut.error };
  } finally {
    drop();
    table.free();
    await session.dispose();
  }
}

/** Texts of one kind, and the mean of the teacher's vectors of them. */
interface Kind extends TaughtTexts {
  readonly mean: ArrayLike<number>; // (e)
}

/** Batches of one kind each, long texts apart from short ones, in random order. */
function shuffledBatches(kinds: readonly Kind[], batch: number, draw: ReturnType<typeof random>) {
  const batches = kinds.flatMap((kind) => {
    const order = draw.shuffle(Uint32Array.from({ length: kind.bags.rows }, (_, i) => i));
    return Array.from({ length: Math.ceil(order.length / batch) }, (_, b) => ({
      kind,
      picked: order.subarray(b * batch, (b + 1) * batch),
    }));
  });
  return draw.shuffle(batches);
}

/** Texts as the graph takes them, made batch by batch: those of all texts would be as large as the teacher's vectors once more. */
function batchFeeds(
  kernels: Kernels,
  { rows, weights, basis }: Pick<TrainGateInput, 'weights' | 'basis'> & { readonly rows: Resident },
  { bags, T, mean }: Kind,
  picked: Uint32Array,
  scale: number,
) {
  const texts = pickBags(bags, picked);
  const S = contextFeatures(texts, weights);
  const targets = kernels.gemm(centred({ X: pickRows(T, picked), mean }), basis, { transposeB: true });
  const n = picked.length;
  const length = picked.reduce((most, _, p) => Math.max(most, S.offsets[p + 1]! - S.offsets[p]!), 1);
  const ids = new Int32Array(n * length);
  const features = new Float32Array(n * length);
  for (let p = 0; p < n; p++) {
    const [from, to] = [S.offsets[p]!, S.offsets[p + 1]!];
    ids.set(S.ids.subarray(from, to), p * length);
    features.set(S.values.subarray(from, to), p * length);
  }
  const weight = textWeights(texts);
  const total = weight.reduce((sum, w) => sum + w, 0);
  return {
    [gateNames.ids]: { dtype: 'int32', dims: [n, length], data: ids },
    [gateNames.features]: { dtype: 'f32', dims: [n, length, 1], data: features },
    [gateNames.contexts]: tensor(scaled(kernels.embeddingBag(rows, S), scale)),
    [graphNames.target]: tensor(kernels.normalize(targets)),
    [graphNames.weight]: {
      dtype: 'f32',
      dims: [n, 1],
      data: weight.map((w) => w / Math.max(total, Number.MIN_VALUE)),
    },
  } satisfies Record<string, OnnxTensor>;
}

async function step(session: KeepingSession, state: MixedFeeds, feeds: MixedFeeds, lr: number, t: number) {
  const { rate, correction } = adamScalars(t, lr, 0);
  const outputs = await session.runKept({
    ...{ ...state, ...feeds },
    [graphNames.rate]: scalar(rate),
    [graphNames.correction]: scalar(correction),
  });
  outputs[graphNames.loss]!.dispose();
  return Object.fromEntries(Object.keys(state).map((name) => [name, outputs[graphNames.next(name)]!]));
}

/** A gate that is open by one everywhere: tokens by their first axes, no context yet. */
function startFeeds(d: number, r: number): MixedFeeds {
  const feeds: Record<string, OnnxTensor> = {};
  for (const [name, rows, dims] of gateShapes(d, r)) {
    const start = matrix(rows, dims);
    if (name === 'tokens') for (let i = 0; i < Math.min(rows, dims); i++) start.data[i * dims + i] = 1;
    feeds[name] = tensor(start);
    for (const moment of [graphNames.mean(name), graphNames.variance(name)]) feeds[moment] = tensor(matrix(rows, dims));
  }
  return feeds;
}

function judge(kernels: Kernels, input: TrainGateInput, aside: ArrayLike<number>, gate: ContextGate) {
  const { rows, weights, basis, centre, heldOut } = input;
  const bags = appendBags(heldOut.texts.bags, heldOut.paragraphs.bags);
  const target = centred({ X: heldOut.texts.T, mean: centre }, { X: heldOut.paragraphs.T, mean: aside });
  const weighing = heldGate(kernels, { rows, weights }, gate);
  try {
    const cosines = (tokens: TokenBags) => {
      const X = kernels.embeddingBag(rows, contextFeatures(tokens, weights));
      return rowCosines(kernels.gemm(X, basis), target);
    };
    const [plain, gated] = [cosines(bags), cosines(weighing.weigh(bags))];
    const short = heldOut.texts.T.rows;
    const { error } = heldOutScore(
      gated.map((cosine, i) => cosine - plain[i]!),
      short,
    );
    return { plain: heldOutScore(plain, short).mean, gated: heldOutScore(gated, short).mean, error };
  } finally {
    weighing.free();
  }
}

function meanLength({ rows, dims, data }: Matrix): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) sum += Math.hypot(...data.subarray(i * dims, (i + 1) * dims));
  return sum / rows || 1;
}

const scaled = ({ rows, dims, data }: Matrix, scale: number) =>
  matrix(
    rows,
    dims,
    data.map((x) => x * scale),
  );

const numbersOf = async (value: KeptTensor | OnnxTensor) =>
  value instanceof KeptTensor ? await value.read() : (value.data as Float32Array);

const tensor = ({ rows, dims, data }: Matrix): OnnxTensor => ({ dtype: 'f32', dims: [rows, dims], data });
const scalar = (value: number) => ({ dtype: 'f32', dims: [], data: Float32Array.of(value) }) as const;
