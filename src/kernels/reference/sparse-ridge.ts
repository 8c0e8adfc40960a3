import { type Matrix, matrix } from '../../matrix.ts';
import { checkRidge } from '../check.ts';
import { compactColumns } from '../compact.ts';
import type { RidgeProgress, SparseRidgeOptions, SparseRidgeResult, SparseRows } from '../kernels.ts';

/** (SᵀS + λI) Z = SᵀY by conjugate gradients in their least-squares form, one column of Y after the other, in f64. */
export function* sparseRidgeSteps(
  S: SparseRows,
  Y: Matrix,
  options: SparseRidgeOptions,
): Generator<RidgeProgress, SparseRidgeResult> {
  checkRidge(S, Y, options);
  const { lambda, tolerance, maxIterations } = options;
  const { rows: compact, columns } = compactColumns(S);
  const Z = matrix(S.columns, Y.dims);
  let [iterations, worst] = [0, 0];
  for (let block = 0; block < Y.dims; block++) {
    const r = Float64Array.from({ length: Y.rows }, (_, i) => Y.data[i * Y.dims + block]!);
    const z = new Float64Array(columns.length);
    let s = transposeTimes(compact, r);
    const p = s.slice();
    const start = squares(s);
    let now = start;
    for (let iteration = 1; iteration <= maxIterations && now > tolerance ** 2 * start; iteration++) {
      const q = times(compact, p);
      const step = now / (squares(q) + lambda * squares(p));
      for (let c = 0; c < z.length; c++) z[c]! += step * p[c]!;
      for (let i = 0; i < r.length; i++) r[i]! -= step * q[i]!;
      s = transposeTimes(compact, r).map((v, c) => v - lambda * z[c]!);
      const next = squares(s);
      for (let c = 0; c < p.length; c++) p[c] = s[c]! + (next / now) * p[c]!;
      now = next;
      iterations = Math.max(iterations, iteration);
      const share = (block + iteration / maxIterations) / Y.dims;
      const progress = { block, blocks: Y.dims, iteration, residual: Math.sqrt(now / start), share };
      options.onIteration?.(iteration, progress.residual, progress);
      yield progress;
    }
    worst = Math.max(worst, start === 0 ? 0 : Math.sqrt(now / start));
    columns.forEach((column, c) => {
      Z.data[column * Y.dims + block] = Number.isNaN(now) ? Number.NaN : z[c]!;
    });
  }
  return { Z, iterations, residual: worst };
}

function squares(x: Float64Array): number {
  let sum = 0;
  for (const v of x) sum += v * v;
  return sum;
}

function times(S: SparseRows, p: Float64Array): Float64Array {
  const out = new Float64Array(S.rows);
  for (let i = 0; i < S.rows; i++) {
    for (let e = S.offsets[i]!; e < S.offsets[i + 1]!; e++) out[i]! += S.values[e]! * p[S.ids[e]!]!;
  }
  return out;
}

function transposeTimes(S: SparseRows, r: Float64Array): Float64Array {
  const out = new Float64Array(S.columns);
  for (let i = 0; i < S.rows; i++) {
    for (let e = S.offsets[i]!; e < S.offsets[i + 1]!; e++) out[S.ids[e]!]! += S.values[e]! * r[i]!;
  }
  return out;
}
