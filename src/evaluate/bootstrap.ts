import { config } from '../config.ts';
import { random } from '../random.ts';
import { differences, sum } from './paired-differences.ts';

export interface BootstrapOptions {
  readonly samples?: number;
  readonly seed?: number;
  /** Of the interval, between 0 and 1. */
  readonly confidence?: number;
}

export interface Bootstrap {
  /** mean(b) − mean(a) */
  readonly difference: number;
  /** Percentile interval of the difference. */
  readonly low: number;
  readonly high: number;
  /** Two-sided, for "there is no difference"; never below 1 / (samples + 1). */
  readonly p: number;
  readonly samples: number;
}

/**
 * Paired bootstrap: how far the mean difference of two systems over the same queries would move with other queries.
 *
 * Shape   a (n), b (n): a figure for each query, in the same order
 * Edge    identical systems give difference 0, interval [0, 0], p 1; no queries give the same
 * Source  Efron & Tibshirani 1993, §16.4 (p from differences shifted to mean 0); Sakai 2006
 *
 * @throws {ChelatedError} shape_mismatch when lengths differ, not_finite
 * @example
 * const { difference, low } = bootstrap([0.1, 0.2, 0.3, 0.2], [0.4, 0.5, 0.7, 0.6]);
 * difference.toFixed(2); // => '0.35'
 * low > 0; // => true
 */
export function bootstrap(a: ArrayLike<number>, b: ArrayLike<number>, options: BootstrapOptions = {}): Bootstrap {
  const { bootstrapSamples, confidence: usual } = config.evaluate;
  const { samples = bootstrapSamples, seed = config.seed, confidence = usual } = options;
  const deltas = differences(a, b);
  const n = deltas.length;
  const difference = n === 0 ? 0 : sum(deltas) / n;
  const { integer } = random(seed);
  const means = new Float64Array(samples);
  let asFar = 0;
  for (let s = 0; s < samples; s++) {
    let total = 0;
    for (let i = 0; i < n; i++) total += deltas[integer(n)]!;
    means[s] = n === 0 ? 0 : total / n;
    if (Math.abs(means[s]! - difference) >= Math.abs(difference) - rounding) asFar++;
  }
  means.sort();
  const tail = (1 - confidence) / 2;
  return {
    difference,
    low: quantile(means, tail),
    high: quantile(means, 1 - tail),
    p: (asFar + 1) / (samples + 1),
    samples,
  };
}

/** Sums of the same numbers in another order are equal. */
const rounding = 1e-12;

/** Linear between order statistics. */
function quantile(sorted: Float64Array, q: number): number {
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const [x, y] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  return x + (at - below) * (y - x);
}
