import { config } from '../config.ts';
import { allButTheTop } from './all-but-the-top.ts';
import { type HubnessCorrection, type HubnessInput, noCorrection } from './correction.ts';
import { csls } from './csls.ts';
import { invertedSoftmax } from './inverted-softmax.ts';
import { localCentroid } from './local-centroid.ts';
import { meanCentre } from './mean-centre.ts';
import { pushCollapsed, pushEvery } from './push.ts';
import { whiten } from './whiten.ts';

/** Numbers that a rung leaves open, by name. */
export type RungSettings = Readonly<Record<string, number>>;

/** One rung: what it is tried with, and how it is made. */
export interface Rung {
  readonly grid: readonly RungSettings[];
  fit(input: HubnessInput, settings: RungSettings): HubnessCorrection;
}

const { whitenShrinkages, topDirections, localCentroids, cslsNeighbours, softmaxBetas, pushes } = config.hubness;

/**
 * Ways to correct hubs, cheap ones first, behind one interface: `fit` makes both sides ready for one search by inner product.
 * The local centroid, CSLS and the inverted softmax are penalties of a document's score, so their vectors are one number
 * longer and not of unit length; the others leave unit rows of d.
 *
 * Shape   documents (n, d) · bank (m, d) unit rows → documents (n, d or d + 1), queries (any, d) → (any, d or d + 1)
 * @example
 * import { loadKernels, matrix } from 'chelated';
 * const kernels = await loadKernels();
 * // The second document is near to every query of the bank: a hub.
 * const documents = matrix(3, 2, new Float32Array([1, 0, Math.SQRT1_2, Math.SQRT1_2, 0, 1]));
 * const bank = matrix(4, 2, new Float32Array([0.8, 0.6, 0.6, 0.8, 0.8, 0.6, 0.6, 0.8]));
 * const corrected = ladder.csls.fit({ kernels, documents, bank, seed: 0 }, { k: 2 });
 * corrected.documents.dims; // => 3
 * const Q = matrix(1, 2, new Float32Array([0.9, Math.sqrt(0.19)]));
 * kernels.topK(documents, Q, 1).indices[0]; // => 1
 * kernels.topK(corrected.documents, corrected.queries(Q), 1).indices[0]; // => 0
 */
export const ladder = {
  none: rung([{}], noCorrection),
  'mean-centre': rung([{}], meanCentre),
  'all-but-the-top': rung(each('directions', topDirections), allButTheTop),
  whitening: rung(each('shrinkage', whitenShrinkages), whiten),
  'local centroid': rung(localCentroids, localCentroid),
  csls: rung(each('k', cslsNeighbours), csls),
  'inverted softmax': rung(each('beta', softmaxBetas), invertedSoftmax),
  'push, every document': rung(each('eta', pushes), pushEvery),
  'push, collapsed only': rung(each('eta', pushes), pushCollapsed),
} as const;

export type RungName = keyof typeof ladder;

function rung<S extends object>(
  grid: readonly S[],
  fit: (input: HubnessInput, settings: S) => HubnessCorrection,
): Rung {
  return { grid: grid as readonly RungSettings[], fit: (input, settings) => fit(input, settings as S) };
}

function each<N extends string>(name: N, values: readonly number[]): Record<N, number>[] {
  return values.map((value) => ({ [name]: value }) as Record<N, number>);
}
