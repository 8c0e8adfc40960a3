import { ChelatedError } from '../errors.ts';
import { checkAlpha } from './blend-targets.ts';

export interface AlphaSchedule {
  /** Teacher weight of the first cycle and of the last, and of every one after it. */
  readonly from: number;
  readonly to: number;
  /** Cycles that it spans, from 1. */
  readonly cycles: number;
  /** A straight line, or half a cosine: slow at both ends. */
  readonly shape: AlphaShape;
}

export const alphaShapes = ['linear', 'cosine'] as const;
export type AlphaShape = (typeof alphaShapes)[number];

/**
 * A curriculum: the teacher weight α of each cycle, 1 … cycles, from high to low or the other way.
 *
 * @throws {ChelatedError} invalid_input for weights outside 0 … 1, cycles that are no whole number from 1, another shape
 * @example
 * const alphaOf = alphaSchedule({ from: 0.9, to: 0.1, cycles: 5, shape: 'linear' });
 * [1, 2, 3, 4, 5, 6].map((cycle) => alphaOf(cycle).toFixed(1)); // => ['0.9', '0.7', '0.5', '0.3', '0.1', '0.1']
 */
export function alphaSchedule({ from, to, cycles, shape }: AlphaSchedule): (cycle: number) => number {
  for (const alpha of [from, to]) checkAlpha(alpha);
  if (!Number.isSafeInteger(cycles) || cycles < 1) {
    throw new ChelatedError('invalid_input', `a curriculum spans a whole number of cycles from 1, got ${cycles}`);
  }
  if (!alphaShapes.includes(shape)) {
    throw new ChelatedError('invalid_input', `a curriculum is ${alphaShapes.join(' or ')}, got ${shape}`);
  }
  return (cycle) => {
    const share = cycles === 1 ? 1 : Math.min(1, Math.max(0, (cycle - 1) / (cycles - 1)));
    const way = shape === 'linear' ? share : (1 - Math.cos(Math.PI * share)) / 2;
    // Ends are met bit for bit: α = 0 and 1 are other modes.
    return way === 0 ? from : way === 1 ? to : from + (to - from) * way;
  };
}
