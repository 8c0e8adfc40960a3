import type { GateFigures } from '../adapter/card.ts';
import type { DistilStep } from '../distil/distil-options.ts';
import type { Mode } from '../store/store.ts';
import type { MonitorFigures } from './monitor.ts';

/** Steps of a cycle in their order; `share` runs from 0 to 1 in each. */
export type CycleStep = 'reading' | 'teaching' | DistilStep | 'projecting' | 'monitoring';

/**
 * How a cycle ended.
 *
 *   promoted     a new generation serves
 *   unchanged    the same log, documents and seed gave the adapter that serves already
 *   rejected     nothing passed the gate, or what did stands on a lower rung than what serves
 *   rolled-back  promoted, then found worse than what served before
 */
export type CycleOutcome = 'promoted' | 'unchanged' | 'rejected' | 'rolled-back';

export interface CycleReport {
  readonly cycle: number;
  readonly mode: Mode;
  readonly alpha: number;
  readonly outcome: CycleOutcome;
  readonly reason: string;
  /** What serves now. */
  readonly generation: number;
  /** The fallback chain: what was stepped down from and why; empty when what was asked for was done. */
  readonly steps: readonly string[];
  readonly gate: GateFigures | null;
  readonly documents: number;
  /** Documents that the teacher embedded in this cycle, and those that it has no vector for. */
  readonly taught: number;
  readonly untaught: number;
  /** Collapse events that the targets were made from. */
  readonly events: number;
  readonly monitor: MonitorFigures | null;
  readonly seconds: number;
}
