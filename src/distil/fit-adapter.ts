import type { AdapterKind, FitFigures } from '../adapter/card.ts';
import type { AdapterParts } from '../adapter/parts.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { bagsBelow } from '../token-bags.ts';
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
    const fits = perFeatures(data, (data, weighting) => lexicalFits(kernels, data, weighting));
    return (choice) => {
      const { prior, lambda } = choice;
      const { parts, solver, iterations } = fits(choice)({ ...effort, prior, lambda });
      return { parts, figures: { ...featureFigures(data, choice), prior, lambda, solver, iterations } };
    };
  }
  const fits = perFeatures(data, (data, weighting) => residualFits(kernels, data, weighting));
  return (choice) => {
    const { lambda, ridge, intercept } = choice;
    const { parts, solver, iterations } = fits(choice)({ ...effort, lambda, ridge, intercept });
    return { parts, figures: { ...featureFigures(data, choice), lambda, ridge, intercept, solver, iterations } };
  };
}

type Features = Pick<Choice, 'weighting' | 'words'>;

/** Keeps the newest features' preparation alone: those of a corpus are large. */
function perFeatures<F>(data: FitData, make: (data: FitData, weighting: Weighting) => F): (features: Features) => F {
  let newest: (Features & { fits: F }) | undefined;
  return ({ weighting, words }) => {
    if (newest?.weighting !== weighting || newest.words !== words) {
      const { table, bags } = data;
      const seen = table?.wordBuckets && !words ? { ...data, bags: bagsBelow(bags, table.rows.rows) } : data;
      newest = { weighting, words, fits: make(seen, weighting) };
    }
    return newest.fits;
  };
}

/** Of a student that has no word buckets, nothing is said of them. */
const featureFigures = ({ table }: FitData, { weighting, words }: Features) => ({
  weighting,
  ...(table?.wordBuckets && { words }),
});
