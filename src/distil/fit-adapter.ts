import type { AdapterKind, FitFigures } from '../adapter/card.ts';
import type { AdapterParts } from '../adapter/parts.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { Choice } from './choice.ts';
import { affineFits } from './fit-affine.ts';
import type { FitData } from './fit-data.ts';
import { lexicalFits } from './fit-lexical.ts';
import { fitOrthogonal } from './fit-orthogonal.ts';
import { residualFits } from './fit-residual.ts';
import type { TokenRidgeOptions } from './fit-token-ridge.ts';
import type { Weighting } from './token-weighting.ts';
import type { TrainedKind } from './train/network.ts';

export interface AdapterFit {
  readonly parts: AdapterParts;
  readonly figures: FitFigures;
}

export type FitEffort = Pick<TokenRidgeOptions, 'tolerance' | 'maxIterations' | 'solver' | 'onIteration'>;

/** Closed-form fits of one kind on one set of documents: what two choices have in common is computed once. */
export function adapterFits(
  kernels: Kernels,
  data: FitData,
  kind: Exclude<AdapterKind, TrainedKind>,
  effort: FitEffort = {},
): (choice: Choice) => AdapterFit {
  if (kind === 'identity') {
    return () => ({ parts: { map: null, bias: null, tokens: null, teacher: data.teacher }, figures: {} });
  }
  if (kind === 'orthogonal') return () => ({ parts: fitOrthogonal(kernels, data), figures: {} });
  if (kind === 'affine') {
    const fit = affineFits(kernels, data);
    return ({ ridge, intercept }) => ({ parts: fit({ ridge, intercept }), figures: { ridge, intercept } });
  }
  if (kind === 'lexical') {
    const fits = perWeighting((weighting) => lexicalFits(kernels, data, weighting));
    return ({ weighting, prior, lambda }) => {
      const { parts, solver, iterations } = fits(weighting)({ ...effort, prior, lambda });
      return { parts, figures: { weighting, prior, lambda, solver, iterations } };
    };
  }
  const fits = perWeighting((weighting) => residualFits(kernels, data, weighting));
  return ({ weighting, lambda, ridge, intercept }) => {
    const { parts, solver, iterations } = fits(weighting)({ ...effort, lambda, ridge, intercept });
    return { parts, figures: { weighting, lambda, ridge, intercept, solver, iterations } };
  };
}

/** Keeps the newest weighting's preparation alone: features of a corpus are large. */
function perWeighting<F>(make: (weighting: Weighting) => F): (weighting: Weighting) => F {
  let newest: { weighting: Weighting; fits: F } | undefined;
  return (weighting) => {
    if (newest?.weighting !== weighting) newest = { weighting, fits: make(weighting) };
    return newest.fits;
  };
}
