import { config } from '../../config.ts';

/**
 * Learning rate of step t = 1 … steps: up to the peak in a straight line, then down to nothing along a half cosine.
 *
 * Source  Loshchilov & Hutter 2017 (SGDR, one cycle)
 * @example
 * [learningRate(1e-3, 100, 5), learningRate(1e-3, 100, 100) < 1e-6]; // => [0.001, true]
 */
export function learningRate(peak: number, steps: number, t: number): number {
  const warmup = Math.round(steps * config.train.warmup);
  if (t <= warmup) return peak * (t / warmup);
  return (peak / 2) * (1 + Math.cos((Math.PI * (t - warmup)) / (steps - warmup + 1)));
}
