import type { Int8Rows } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';

/** A static student: one row and one weight a token. A text is the weighted sum of its tokens' rows, to unit length. */
export interface StaticTable {
  readonly rows: Matrix | Int8Rows; // (V, d)
  readonly weights: Float32Array; // (V), SIF weight of each token (Arora, Liang & Ma 2017)
  /** Tokens V … V + this − 1 are buckets of words and pairs of words: they have no row, only an adapter gives them one. */
  readonly wordBuckets?: number;
}

/** How many tokens a text may have, those without a row included. */
export function vocabularyOf({ rows, wordBuckets = 0 }: StaticTable): number {
  return rows.rows + wordBuckets;
}
