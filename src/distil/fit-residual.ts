import { phi } from '../adapter/features.ts';
import type { AdapterParts } from '../adapter/parts.ts';
import { quantise } from '../adapter/quantise.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { pickRows } from '../matrix.ts';
import { affineFits } from './fit-affine.ts';
import type { FitData } from './fit-data.ts';
import { fitOrthogonal } from './fit-orthogonal.ts';
import { applyAffine } from './fit-ridge.ts';
import { fitTokenRidge, type TokenRidgeOptions } from './fit-token-ridge.ts';
import { seenTokens } from './seen-tokens.ts';
import { subtract } from './subtract.ts';
import { tokenWeights, type Weighting } from './token-weighting.ts';

export interface ResidualOptions extends TokenRidgeOptions {
  /** λ of the affine part. */
  readonly ridge: number;
  /** The affine part has a bias. */
  readonly intercept: boolean;
}

export interface ResidualFit {
  readonly parts: AdapterParts;
  readonly solver: 'dual' | 'iterative';
  readonly iterations: number;
}

/**
 * Fits of the `residual` kind, for a dense student: an affine map of the base vector, and a token table for what it leaves.
 * A token that the corpus does not have adds nothing.
 *
 * The map is pulled towards the rotation of one space into the other: a free one fits the documents so closely that it
 * leaves the table nothing but noise to learn.
 */
export function residualFits(
  kernels: Kernels,
  data: FitData,
  weighting: Weighting,
): (options: ResidualOptions) => ResidualFit {
  const affine = affineFits(kernels, { ...data, basis: data.basis ?? fitOrthogonal(kernels, data).map });
  const { weights, termFrequency } = tokenWeights(weighting, data.bags, data.table?.weights ?? null, data.vocabulary);
  const S = phi(data.bags, weights, termFrequency);
  const { ids, rowOf } = seenTokens(S);
  return (options) => {
    const first = affine(options);
    const R = subtract(data.Y, applyAffine(kernels, data.X, first));
    const { Z, solver, iterations } = fitTokenRidge(kernels, S, R, options);
    const tokens = { rows: quantise(pickRows(Z, ids)), rowOf, weights, termFrequency };
    return { parts: { ...first, tokens }, solver, iterations };
  };
}
