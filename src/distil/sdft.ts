import type { AdapterParts } from '../adapter/parts.ts';
import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import type { JudgedPair, JudgedPairs } from '../evaluate/judged-pairs.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, matrix, pickRows } from '../matrix.ts';
import { applyAffine } from './fit-ridge.ts';
import type { Parameters } from './train/network.ts';
import { type Trained, train } from './train/train.ts';

export interface SdftInput {
  readonly X: Matrix; // (n, d) base vectors of the documents
  readonly Q: Matrix; // (m, d) base vectors of the queries
  /** An `mlp` adapter that was pre-distilled on teacher vectors of the documents. */
  readonly distilled: AdapterParts;
  readonly pairs: JudgedPairs;
  readonly seed: number;
  readonly temperature?: number;
  /** Peaks of the learning rate that are tried; the pairs kept out choose. */
  readonly learningRates?: readonly number[];
  readonly epochs?: number;
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal;
}

export interface Sdft {
  readonly parts: AdapterParts;
  readonly trained: Trained;
  readonly learningRate: number;
}

/**
 * The second stage of "sequential distillation and fine-tuning": the hidden layer of a pre-distilled adapter is trained on
 * by InfoNCE over judged query–document pairs, the other documents of a batch being the negatives. Queries and documents
 * pass through the same map; the student and the affine part stay frozen. Train queries kept out end it, and choose its
 * learning rate. `distil({ mode: 'sdft', labelled })` does both stages and asks the gate.
 *
 * What this is and is not: it is the two-stage pipeline that *Hybrid Teacher Distillation for ChelatedAI* describes and
 * compares itself with. The paper that it names for it, arXiv 2601.19897, is *Self-Distillation Enables Continual
 * Learning*: self-distillation fine-tuning of language models, with no retrieval experiment and no such pipeline.
 *
 * Shape   X (n, d) · Q (m, d) base vectors, unit rows; pairs are rows of Q and of X
 * Edge    a document of two queries of one batch is a negative of each; with few judged queries that is rare
 * @throws {ChelatedError} invalid_input for an adapter without a hidden layer; too_few_documents without a pair to learn
 *   from and one to choose with; what `train` throws
 * @example
 * import { distil, loadKernels, openEncoder } from 'chelated';
 * const kernels = await loadKernels();
 * const student = await openEncoder('static', { kernels });
 * const [texts, asked] = [['a river', 'a motor', 'a piano', 'a law'], ['stream', 'engine', 'keys', 'court']];
 * const { vectors: X } = await student.encode(texts, { role: 'document' });
 * const { vectors: Q } = await student.encode(asked, { role: 'query' });
 * const documents = { ids: texts, texts };
 * const { parts } = await distil({ documents, student, teacherVectors: X, kernels, adapter: 'mlp', force: true });
 * const pair = (i) => ({ query: i, document: i });
 * const pairs = { fitted: [0, 1, 2].map(pair), heldOut: [pair(3)] };
 * const tuned = await sdft(kernels, { X, Q, distilled: parts, pairs, seed: 0 });
 * tuned.parts.hidden.into.rows; // => 256
 */
export async function sdft(kernels: Kernels, input: SdftInput): Promise<Sdft> {
  const { X, Q, distilled, pairs, seed, onProgress, signal } = input;
  const { learningRates, temperature, batch, epochs } = { ...config.labelled, ...input };
  const { hidden, map, bias } = distilled;
  if (!hidden?.bias) {
    throw new ChelatedError('invalid_input', 'fine-tuning starts from an adapter of kind mlp; distil one first');
  }
  if (pairs.fitted.length === 0 || pairs.heldOut.length === 0) {
    throw new ChelatedError(
      'too_few_documents',
      `fine-tuning learns from judged pairs and chooses by others, got ${pairs.fitted.length} and ${pairs.heldOut.length}; give more judged queries`,
    );
  }
  const all = [...pairs.fitted, ...pairs.heldOut];
  const base = (V: Matrix) => (map ? applyAffine(kernels, V, { map, bias: null }) : V);
  const side = (V: Matrix, of: (pair: JudgedPair) => number) => {
    const rows = pickRows(V, all.map(of));
    return { X: rows, base: base(rows) };
  };
  const dOut = hidden.out.dims;
  const start: Parameters = {
    into: hidden.into,
    intoBias: matrix(1, hidden.into.dims, hidden.bias),
    out: hidden.out,
    // The map's bias and the layer's were added when the adapter was made; together they are trained on.
    outBias: matrix(1, dOut, bias ?? new Float32Array(dOut)),
  };
  const { weightDecay, patience } = config.train;
  const data = { ...side(Q, ({ query }) => query), target: { paired: side(X, ({ document }) => document) } };
  const tune = (learningRate: number, done: number) =>
    train(data, {
      network: { kind: 'mlp', dIn: X.dims, hidden: hidden.into.dims, dOut, dTeacher: null },
      objective: { loss: 'contrastive', temperature, similarity: 0, alpha: 1, projectionSimilarity: 0 },
      heldOut: Uint32Array.from(pairs.heldOut, (_, i) => pairs.fitted.length + i),
      start,
      seed,
      batch,
      epochs,
      learningRate,
      weightDecay,
      patience,
      ...(onProgress && { onProgress: ({ step, steps }) => onProgress((done + step / steps) / learningRates.length) }),
      ...(signal && { signal }),
    });
  let best: { trained: Trained; learningRate: number } | null = null;
  for (const [done, learningRate] of learningRates.entries()) {
    const trained = await tune(learningRate, done);
    if (best === null || trained.heldOutLoss! < best.trained.heldOutLoss!) best = { trained, learningRate };
  }
  const { into, intoBias, out, outBias } = best!.trained.parameters as Record<keyof typeof start, Matrix>;
  const layer = { into: into!, bias: intoBias!.data, out: out! };
  return { ...best!, parts: { ...distilled, bias: outBias!.data, hidden: layer } };
}
