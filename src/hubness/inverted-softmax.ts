import type { HubnessCorrection, HubnessInput } from './correction.ts';
import { foldPenalty, foldQueries } from './fold-penalty.ts';

export interface InvertedSoftmaxSettings {
  /** Inverse temperature β. */
  readonly beta: number;
}

/** Documents a step: bounds the memory beside the vectors. */
const blockDocuments = 1024;

/**
 * Dynamic inverted softmax: a document counts by its share in the bank's queries, exp(β·d·q) / Σ_bank exp(β·d·q′), but only
 * for a query whose nearest document is also nearest to a query of the bank; others are left alone.
 *
 * The logarithm over β is the same ranking: d·q − b(d), b(d) = (1/β)·ln Σ exp(β·d·q′). So it is a penalty too.
 *
 * Edge    an empty bank corrects nothing
 * Source  Bogolin, Croitoru, Jin, Liu & Albanie 2022 (QB-Norm), arXiv 2112.12777, eq. 4 and 5
 */
export function invertedSoftmax(input: HubnessInput, { beta }: InvertedSoftmaxSettings): HubnessCorrection {
  const { kernels, documents, bank } = input;
  const hubs = new Set(kernels.topK(documents, bank, 1).indices);
  return {
    documents: foldPenalty(documents, bank.rows === 0 ? new Float64Array(documents.rows) : shares(input, beta), 1),
    queries: (Q) => {
      const nearest = kernels.topK(documents, Q, 1).indices;
      return foldQueries(Q, (i) => hubs.has(nearest[i]!));
    },
  };
}

/** (1/β)·ln Σ exp(β·d·q′) of each document, safe from overflow. */
function shares({ kernels, documents, bank }: HubnessInput, beta: number): Float64Array {
  const b = new Float64Array(documents.rows);
  for (let from = 0; from < documents.rows; from += blockDocuments) {
    const to = Math.min(documents.rows, from + blockDocuments);
    const data = documents.data.subarray(from * documents.dims, to * documents.dims);
    const S = kernels.gemm({ rows: to - from, dims: documents.dims, data }, bank, { transposeB: true });
    for (let i = from; i < to; i++) {
      const scores = S.data.subarray((i - from) * bank.rows, (i - from + 1) * bank.rows);
      const top = scores.reduce((a, c) => Math.max(a, c), Number.NEGATIVE_INFINITY);
      b[i] = top + Math.log(scores.reduce((sum, s) => sum + Math.exp(beta * (s - top)), 0)) / beta;
    }
  }
  return b;
}
