import { config } from '../config.ts';
import type { Matrix } from '../matrix.ts';
import type { Generation } from './generation.ts';
import type { Slots } from './slots.ts';

export interface Ranked {
  readonly row: number;
  readonly score: number;
}

/** Documents in the order of a search. */
export interface Ranking {
  readonly best: readonly Ranked[];
  /** Whether no document is beyond them. */
  readonly all: boolean;
}

/** With where they are in the index at this moment. */
export interface Nearest extends Ranking {
  readonly best: readonly (Ranked & { readonly slot: number })[];
}

/** The n documents nearest to a query by cosine, or all; ties by their order of arrival. */
export function nearest(generation: Generation, slots: Slots, Q: Matrix, n: number): Nearest {
  for (let margin = config.engine.tieMargin; ; margin *= 4) {
    const found = generation.search(Q, n + margin);
    const scores = Array.from(found.scores).filter((score) => !Number.isNaN(score));
    const all = scores.length >= slots.documents || found.k < n + margin;
    // Documents as good as the last one may stand beyond it.
    const whole = all ? scores.length : scores.indexOf(scores.at(-1)!);
    if (whole < n && !all) continue;
    const best = Array.from({ length: whole }, (_, i) => {
      const slot = found.slots[i]!;
      return { slot, row: slots.rowAt(slot), score: scores[i]! };
    });
    best.sort((a, b) => b.score - a.score || a.row - b.row);
    return { best: best.slice(0, n), all: all && whole <= n };
  }
}
