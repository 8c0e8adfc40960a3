import { config } from '../config.ts';
import { add } from '../distil/add.ts';
import { type AffineMap, applyAffine, ridgeEquations } from '../distil/fit-ridge.ts';
import { subtract } from '../distil/subtract.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, matrix, pickRows } from '../matrix.ts';
import type { JudgedPair, JudgedPairs } from './judged-pairs.ts';
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

/** The map with the λ that serves the train queries kept out best. */
export function fitQueryMap(kernels: Kernels, D: Matrix, Q: Matrix, pairs: JudgedPairs) {
  const maps = queryMaps(kernels, D, Q, pairs.fitted);
  const asked = (lambda: number) => kernels.normalize(applyAffine(kernels, Q, maps(lambda)));
  const best = bestBy(config.labelled.queryLambdas, (lambda) => pairScore(kernels, D, asked(lambda), pairs.heldOut));
  return { queries: asked(best.setting), lambda: best.setting, score: best.score };
}

function identity(d: number): Matrix {
  return matrix(
    d,
    d,
    Float32Array.from({ length: d * d }, (_, e) => (e % (d + 1) === 0 ? 1 : 0)),
  );
}
