import type { Matrix } from '../../matrix.ts';
import { checkContextDots, checkSparse, checkWeighted } from '../check.ts';
import type { SparseRows } from '../kernels.ts';

/** For each sparse row the weighted sum of the table's rows, in f64. */
export function embeddingBag(table: Matrix, S: SparseRows): Float64Array {
  checkWeighted('embeddingBag', S, table.rows);
  const d = table.dims;
  const out = new Float64Array(S.rows * d);
  for (let i = 0; i < S.rows; i++) {
    for (let e = S.offsets[i]!; e < S.offsets[i + 1]!; e++) {
      for (let j = 0; j < d; j++) out[i * d + j]! += S.values[e]! * table.data[S.ids[e]! * d + j]!;
    }
  }
  return out;
}

/** For each set the mean of the rows it names, in f64; zero for an empty set. */
export function centroid(X: Matrix, sets: SparseRows): Float64Array {
  checkSparse('centroid', sets, X.rows);
  const sums = embeddingBag(X, { ...sets, values: new Float32Array(sets.ids.length).fill(1) });
  return sums.map((sum, at) => {
    const i = Math.floor(at / X.dims);
    return sum / Math.max(1, sets.offsets[i + 1]! - sets.offsets[i]!);
  });
}

/** For each entry the product of its token's row and the context of its sparse row, in f64. */
export function contextDots(context: Matrix, tokens: Matrix, S: SparseRows): Float64Array {
  checkContextDots(S, context, tokens);
  const d = tokens.dims;
  const sums = embeddingBag(context, S);
  const out = new Float64Array(S.ids.length);
  for (let i = 0; i < S.rows; i++) {
    for (let e = S.offsets[i]!; e < S.offsets[i + 1]!; e++) {
      for (let j = 0; j < d; j++) out[e]! += tokens.data[S.ids[e]! * d + j]! * sums[i * d + j]!;
    }
  }
  return out;
}
