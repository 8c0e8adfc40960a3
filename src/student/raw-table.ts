import { config } from '../config.ts';
import { mapTeacher } from '../distil/align.ts';
import { fromDense } from '../distil/dense.ts';
import { principalAxes } from '../distil/principal-axes.ts';
import type { StaticTable } from '../encode/static-table.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';

export interface RawTable {
  readonly table: StaticTable;
  /** Share of the variance of the token vectors that is left. */
  readonly kept: number;
}

/**
 * A token table from a model's vectors of single tokens, before anything is learned: centred, cut to their first principal
 * axes, with SIF weights.
 *
 * Shape   vectors (V, e) → table (V, dims)
 * Source  model2vec (Tulkens & van Dongen 2024)
 */
export function rawTable(kernels: Kernels, vectors: Matrix, dims: number): RawTable {
  const { mean, axes, kept } = principalAxes(kernels, vectors, Math.min(dims, vectors.dims));
  const rows = mapTeacher(kernels, vectors, { mean: Float32Array.from(mean), map: fromDense(axes) });
  return { table: { rows, weights: sifWeights(vectors.rows) }, kept };
}

/**
 * a/(a + p) for every token, p from Zipf's law over the ids: WordPiece and BPE give them in the order in which pieces were
 * learned, Unigram by falling probability, so an id is about a rank of frequency.
 *
 * Edge    special tokens and single bytes at the head of a vocabulary count as frequent; one in another order (sorted by
 *         letters, say) gets weights that mean nothing, and the fit has to make up for them. A Unigram vocabulary's own log
 *         probabilities are not read: special tokens have 0 there, which is none
 *
 * Source  Arora, Liang & Ma 2017 (SIF)
 * @example
 * const [common, rare] = sifWeights(1000).filter((_, t) => t === 0 || t === 999);
 * common < rare; // => true
 */
export function sifWeights(size: number): Float32Array {
  const { sifA } = config.makeStudent;
  let harmonic = 0;
  for (let rank = 1; rank <= size; rank++) harmonic += 1 / rank;
  return Float32Array.from({ length: size }, (_, t) => sifA / (sifA + 1 / ((t + 1) * harmonic)));
}
