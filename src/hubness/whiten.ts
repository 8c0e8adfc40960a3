import { Matrix as Dense } from 'ml-matrix';
import { mapTeacher } from '../distil/align.ts';
import { covariance } from '../distil/covariance.ts';
import { fromDense } from '../distil/dense.ts';
import { symmetricEigen } from '../distil/symmetric-eigen.ts';
import { type HubnessCorrection, type HubnessInput, mapBoth } from './correction.ts';

export interface WhitenSettings {
  /** Share of the mean variance that is mixed into every direction, 0 … 1: 1 leaves the centred vectors as they are. */
  readonly shrinkage: number;
}

/**
 * Makes every direction as wide as every other, as far as shrinkage lets it: normalise((x − mean)·Σ_s^(−½)),
 * Σ_s = (1 − s)·Σ + s·tr(Σ)/d·I.
 *
 * Edge    directions without any variance are scaled as if they had 1e-6 of the mean one
 * Source  Ledoit & Wolf 2004 (the shrinkage); Su, Cao, Liu & Ou 2021, arXiv 2103.15316 (whitening sentence vectors)
 */
export function whiten(input: HubnessInput, { shrinkage }: WhitenSettings): HubnessCorrection {
  const { kernels, documents } = input;
  const { product, meanX } = covariance(kernels, documents, documents);
  const { values, vectors } = symmetricEigen(product);
  const average = values.reduce((sum, value) => sum + value, 0) / documents.dims;
  const scales = values.map((value) => {
    const variance = average > 0 ? Math.max((1 - shrinkage) * (value / average) + shrinkage, 1e-6) : 1;
    return 1 / Math.sqrt(variance);
  });
  const map = fromDense(vectors.mmul(Dense.diag(scales)).mmul(vectors.transpose()));
  return mapBoth(input, (X) => mapTeacher(kernels, X, { mean: Float32Array.from(meanX), map }));
}
