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

/** Ways to correct hubs, cheap ones first, behind one interface. */
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
