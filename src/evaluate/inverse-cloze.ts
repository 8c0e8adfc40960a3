import { config } from '../config.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, matrix, row } from '../matrix.ts';

export interface InverseClozeInput {
  readonly documents: Matrix; // (m, d), unit rows
  /** A sentence taken out of a document. */
  readonly sentences: Matrix; // (n, d), unit rows
  /** The same documents without that sentence. */
  readonly rests: Matrix; // (n, d), unit rows
  /** The row of `documents` that sentence i was taken out of. */
  readonly source: ArrayLike<number>;
  readonly depth?: number;
}

/**
 * Whether a sentence finds the document that it was taken out of, among all: nDCG of each sentence with that document, less
 * the sentence, as the only relevant one. No label and no teacher is needed.
 *
 * Source  Lee, Chang & Toutanova 2019, arXiv 1906.00300
 */
export function inverseCloze(kernels: Kernels, input: InverseClozeInput): Float64Array {
  const { documents, sentences, rests, source, depth = config.gate.depth } = input;
  const without = matrix(documents.rows, documents.dims, documents.data.slice());
  for (let i = 0; i < rests.rows; i++) row(without, source[i]!).set(row(rests, i));
  const found = kernels.topK(without, sentences, depth);
  return Float64Array.from({ length: sentences.rows }, (_, i) => {
    for (let j = 0; j < found.k; j++) if (found.indices[i * found.k + j] === source[i]) return 1 / Math.log2(j + 2);
    return 0;
  });
}
