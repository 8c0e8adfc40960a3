import type { SparseRows } from '../kernels/kernels.ts';
import { percentile } from './percentile.ts';

/** Tells a collapsed neighbourhood from an ordinary one. */
export interface CollapseDetector {
  /** Spread below which a neighbourhood counts as collapsed. */
  readonly threshold: number;
  collapsed(spread: number): boolean;
}

/**
 * A detector calibrated on the spreads of documents' own neighbourhoods: collapse is a spread below their p-th percentile.
 *
 * Edge    no spreads: a threshold of −Infinity, so nothing collapses
 */
export function collapseDetector(spreads: ArrayLike<number>, p: number): CollapseDetector {
  const threshold = percentile(spreads, p);
  return { threshold, collapsed: (spread) => spread < threshold };
}

/** The sets (one a row) whose spread is collapsed, in their order. */
export function collapsedSets(detector: CollapseDetector, sets: SparseRows, spreads: ArrayLike<number>): Uint32Array[] {
  const events: Uint32Array[] = [];
  for (let i = 0; i < sets.rows; i++) {
    if (detector.collapsed(spreads[i]!)) events.push(sets.ids.slice(sets.offsets[i], sets.offsets[i + 1]));
  }
  return events;
}
