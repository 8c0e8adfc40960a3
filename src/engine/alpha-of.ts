import { type AlphaSchedule, alphaSchedule } from '../distil/alpha-schedule.ts';
import { checkAlpha } from '../distil/blend-targets.ts';
import type { CollectionState } from '../store/store.ts';

/** Teacher weight of a cycle, by its number from 1. */
export function alphaOf({ alpha }: Pick<CollectionState, 'alpha'>, cycle: number): number {
  return typeof alpha === 'number' ? alpha : alphaSchedule(alpha)(cycle - alpha.after);
}

/** As it is kept: a curriculum begins after the cycles that have ended. @throws {ChelatedError} invalid_input */
export function checkedAlpha(alpha: number | AlphaSchedule, cycles: number): CollectionState['alpha'] {
  if (typeof alpha === 'number') {
    checkAlpha(alpha);
    return alpha;
  }
  alphaSchedule(alpha);
  const { from, to, cycles: span, shape } = alpha;
  return { from, to, cycles: span, shape, after: cycles };
}
