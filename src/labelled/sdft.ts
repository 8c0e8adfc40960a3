import type { AdapterParts } from '../adapter/parts.ts';
import { config } from '../config.ts';
import { applyAffine } from '../distil/fit-ridge.ts';
import type { Parameters } from '../distil/train/network.ts';
import { type Trained, train } from '../distil/train/train.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, matrix, pickRows } from '../matrix.ts';
import type { JudgedPair, JudgedPairs } from './judged-pairs.ts';

export interface SdftInput {
  readonly X: Matrix; // (n, d) base vectors of the documents
  readonly Q: Matrix; // (m, d) base vectors of the queries
  /** An `mlp` adapter that was pre-distilled on teacher vectors of the documents. */
  readonly distilled: AdapterParts;
  readonly pairs: JudgedPairs;
  readonly seed: number;
  readonly temperature?: number;
  readonly learningRate?: number;
  readonly epochs?: number;
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal;
}

export interface Sdft {
  readonly parts: AdapterParts;
  readonly trained: Trained;
}

/**
 * The second stage of "sequential distillation and fine-tuning": the hidden layer of a pre-distilled adapter is trained on
 * by InfoNCE over judged query–document pairs, the other documents of a batch being the negatives. Queries and documents
 * pass through the same map; the student and the affine part stay frozen. Train queries kept out end it.
 *
 * What this is and is not: it is the two-stage pipeline that *Hybrid Teacher Distillation for ChelatedAI* describes and
 * compares itself with. The paper that it names for it, arXiv 2601.19897, is *Self-Distillation Enables Continual
 * Learning*: self-distillation fine-tuning of language models, with no retrieval experiment and no such pipeline.
 *
 * Edge    a document of two queries of one batch is a negative of each; with few judged queries that is rare
 * @throws {ChelatedError} invalid_input for an adapter without a hidden layer; what `train` throws
 */
export async function sdft(kernels: Kernels, input: SdftInput): Promise<Sdft> {
  const { X, Q, distilled, pairs, seed, onProgress, signal } = input;
  const { hidden, map, bias } = distilled;
  if (!hidden?.bias) {
    throw new ChelatedError('invalid_input', 'fine-tuning starts from an adapter of kind mlp; distil one first');
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
  const { batch, ...usual } = config.labelled;
  const { temperature, learningRate, epochs } = { ...usual, ...input };
  const { weightDecay, patience } = config.train;
  const trained = await train(
    { ...side(Q, ({ query }) => query), target: { paired: side(X, ({ document }) => document) } },
    {
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
      ...(onProgress && { onProgress: ({ step, steps }) => onProgress(step / steps) }),
      ...(signal && { signal }),
    },
  );
  const { into, intoBias, out, outBias } = trained.parameters as Record<keyof typeof start, Matrix>;
  const layer = { into: into!, bias: intoBias!.data, out: out! };
  return { parts: { ...distilled, bias: outBias!.data, hidden: layer }, trained };
}
