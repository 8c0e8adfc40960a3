import { config } from '../config.ts';
import { add } from '../distil/add.ts';
import { type AffineMap, applyAffine, ridgeEquations } from '../distil/fit-ridge.ts';
import { subtract } from '../distil/subtract.ts';
import type { JudgedPair, JudgedPairs } from '../evaluate/judged-pairs.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, matrix, pickRows } from '../matrix.ts';
import { bestBy, pairScore } from './pair-score.ts';

/**
 * A linear map of queries alone, in closed form: min Σ‖q·W − d‖² + λ·s·‖W − I‖² over judged pairs. The index stays as it
 * is; with much λ so do the queries.
 *
 * Shape   D (n, d) · Q (m, d) → map (d, d)
 */
export function queryMaps(kernels: Kernels, D: Matrix, Q: Matrix, pairs: readonly JudgedPair[]) {
  const asked = pickRows(
    Q,
    pairs.map(({ query }) => query),
  );
  const wanted = pickRows(
    D,
    pairs.map(({ document }) => document),
  );
  const equations = ridgeEquations(kernels, asked, subtract(wanted, asked), false);
  return (lambda: number): AffineMap => {
    const { map } = equations.solve(lambda);
    add(map, identity(Q.dims));
    return { map, bias: null };
  };
}

/**
 * The map with the λ that serves the train queries kept out best.
 *
 * Shape   `queries` (any, d) → unit rows, to search the same documents with
 * @example
 * import { loadKernels, matrix } from 'chelated';
 * const kernels = await loadKernels();
 * // What is asked for lies a quarter turn from how it is asked.
 * const D = matrix(3, 2, new Float32Array([1, 0, 0.6, 0.8, 0, 1]));
 * const Q = matrix(3, 2, new Float32Array([0, -1, 0.8, -0.6, 1, 0]));
 * const pairs = { fitted: [{ query: 0, document: 0 }, { query: 2, document: 2 }], heldOut: [{ query: 1, document: 1 }] };
 * const { queries } = fitQueryMap(kernels, D, Q, pairs);
 * [...kernels.topK(D, queries(Q), 1).indices]; // => [0, 1, 2]
 */
export function fitQueryMap(kernels: Kernels, D: Matrix, Q: Matrix, pairs: JudgedPairs) {
  const maps = queryMaps(kernels, D, Q, pairs.fitted);
  const asked = (map: AffineMap) => (X: Matrix) => kernels.normalize(applyAffine(kernels, X, map));
  const best = bestBy(config.labelled.queryLambdas, (lambda) =>
    pairScore(kernels, D, asked(maps(lambda))(Q), pairs.heldOut),
  );
  return { queries: asked(maps(best.setting)), lambda: best.setting, score: best.score };
}

function identity(d: number): Matrix {
  return matrix(
    d,
    d,
    Float32Array.from({ length: d * d }, (_, e) => (e % (d + 1) === 0 ? 1 : 0)),
  );
}
