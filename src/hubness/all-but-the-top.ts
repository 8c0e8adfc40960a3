import { Matrix as Dense } from 'ml-matrix';
import { mapTeacher } from '../distil/align.ts';
import { fromDense } from '../distil/dense.ts';
import { principalAxes } from '../distil/principal-axes.ts';
import { type HubnessCorrection, type HubnessInput, mapBoth } from './correction.ts';

export interface AllButTheTopSettings {
  /** Widest directions that are taken away. */
  readonly directions: number;
}

/**
 * Takes the mean and the widest directions off both sides: normalise((x − mean)·(I − AAᵀ)).
 *
 * Edge    no direction: the mean alone
 * Source  Mu & Viswanath 2018, arXiv 1702.01417
 */
export function allButTheTop(input: HubnessInput, { directions }: AllButTheTopSettings): HubnessCorrection {
  const { mean, axes } = principalAxes(input.kernels, input.documents, directions);
  const keep = Dense.eye(input.documents.dims);
  const map = fromDense(directions === 0 ? keep : Dense.sub(keep, axes.mmul(axes.transpose())));
  return mapBoth(input, (X) => mapTeacher(input.kernels, X, { mean: Float32Array.from(mean), map }));
}
