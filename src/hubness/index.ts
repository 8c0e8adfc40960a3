// chelated/hubness: ways to correct hubs, for an index of vectors that is already there.

export { skewness } from '../collapse/hubness.ts';
export { type ChosenRung, chooseRung, type PseudoVectors } from './choose-rung.ts';
export type { HubnessCorrection, HubnessInput } from './correction.ts';
export { foldPenalty, foldQueries } from './fold-penalty.ts';
export { ladder, type Rung, type RungName, type RungSettings } from './ladder.ts';
export { occurrences } from './occurrences.ts';
