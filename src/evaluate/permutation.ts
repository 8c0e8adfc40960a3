import { config } from '../config.ts';
import { random } from '../random.ts';
import { differences, sum } from './paired-differences.ts';

export interface PermutationOptions {
  readonly samples?: number;
  readonly seed?: number;
}

export interface Permutation {
  /** mean(b) − mean(a) */
  readonly difference: number;
  /** Two-sided, for "which system gave which figure does not matter". */
  readonly p: number;
  /** All 2ⁿ ways were counted, not a sample of them. */
  readonly exact: boolean;
}

/**
 * Paired permutation (randomisation) test: how often a mean difference at least as large comes from swapping the two
 * systems' figures query by query.
 *
 * Shape   a (n), b (n): a figure for each query, in the same order
 * Edge    identical systems give p 1. Where 2ⁿ ≤ samples all swaps are counted; else p is never below 1 / (samples + 1)
 * Source  Fisher 1935; Smucker, Allan & Carterette 2007
 *
 * @throws {ChelatedError} shape_mismatch when lengths differ, not_finite
 * @example
 * permutation([0, 0, 0], [1, 1, 1]).p; // => 0.25
 */
export function permutation(a: ArrayLike<number>, b: ArrayLike<number>, options: PermutationOptions = {}): Permutation {
  const { samples = config.evaluate.bootstrapSamples, seed = config.seed } = options;
  const deltas = differences(a, b);
  const n = deltas.length;
  const observed = Math.abs(sum(deltas)) - rounding;
  const difference = n === 0 ? 0 : sum(deltas) / n;
  const ways = 2 ** n;
  if (ways <= samples) {
    let asFar = 0;
    for (let signs = 0; signs < ways; signs++) {
      if (swapped(deltas, (i) => ((signs >>> i) & 1) === 1) >= observed) asFar++;
    }
    return { difference, p: asFar / ways, exact: true };
  }
  const { uniform } = random(seed);
  let asFar = 0;
  for (let s = 0; s < samples; s++) if (swapped(deltas, () => uniform() < 0.5) >= observed) asFar++;
  return { difference, p: (asFar + 1) / (samples + 1), exact: false };
}

function swapped(deltas: Float64Array, swap: (i: number) => boolean): number {
  let total = 0;
  for (let i = 0; i < deltas.length; i++) total += swap(i) ? -deltas[i]! : deltas[i]!;
  return Math.abs(total);
}

/** Sums of the same numbers in another order are equal. */
const rounding = 1e-9;
