import type { Matrix } from '../../matrix.ts';
import { checkEqual, checkK } from '../check.ts';
import type { TopK } from '../kernels.ts';
import { dot } from './products.ts';

/** Exact inner-product search by sorting everything; scores in f64, ranked and returned as f32. */
export function topK(index: Matrix, Q: Matrix, wanted: number): TopK {
  checkEqual('topK: width of the queries', index.dims, Q.dims);
  checkK(wanted);
  const k = Math.min(wanted, index.rows);
  const indices = new Uint32Array(Q.rows * k);
  const scores = new Float32Array(Q.rows * k);
  const rowOf = (X: Matrix, i: number) => X.data.subarray(i * X.dims, (i + 1) * X.dims);
  for (let q = 0; q < Q.rows; q++) {
    const all = Float32Array.from({ length: index.rows }, (_, i) => dot(rowOf(index, i), rowOf(Q, q)));
    const order = Array.from(all.keys()).sort((a, b) => before(all[a]!, all[b]!) || a - b);
    for (let r = 0; r < k; r++) {
      indices[q * k + r] = order[r]!;
      scores[q * k + r] = all[order[r]!]!;
    }
  }
  return { queries: Q.rows, k, indices, scores };
}

/** Negative when score a ranks before b: the higher first, NaN after all. */
function before(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a === b ? 0 : b > a ? 1 : -1;
}
