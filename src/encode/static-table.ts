import type { Int8Rows } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';

/** A static student: one row and one weight a token. A text is the weighted sum of its tokens' rows, to unit length. */
export interface StaticTable {
  readonly rows: Matrix | Int8Rows; // (V, d)
  readonly weights: Float32Array; // (V), SIF weight of each token (Arora, Liang & Ma 2017)
}
