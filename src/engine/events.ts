import type { Mode } from '../store/store.ts';
import type { Fallback } from './answers.ts';
import type { CycleReport, CycleStep } from './cycle-report.ts';
import type { MonitorFigures } from './monitor.ts';

/** Everything that happens to a collection, as it happens. Texts and vectors are never in it. */
export type EngineEvent = { readonly collection: string } & (
  | { readonly type: 'written'; readonly created: number; readonly replaced: number; readonly refused: number }
  | { readonly type: 'deleted'; readonly documents: number }
  | { readonly type: 'mode'; readonly mode: Mode; readonly alpha: number }
  /** A query that generation 0 answered in another's place. */
  | ({ readonly type: 'fallback' } & Fallback)
  /** A fused search that the vectors answered alone. */
  | { readonly type: 'fusion-fallback'; readonly reason: string }
  /** A step down the chain while a cycle learned: what was asked for → what is tried instead, and why. */
  | { readonly type: 'step-down'; readonly cycle: number; readonly step: string }
  | { readonly type: 'collapse'; readonly generation: number; readonly spread: number; readonly threshold: number }
  | { readonly type: 'cycle-started'; readonly cycle: number; readonly mode: Mode }
  | { readonly type: 'cycle-progress'; readonly cycle: number; readonly step: CycleStep; readonly share: number }
  | { readonly type: 'cycle-ended'; readonly report: CycleReport }
  | { readonly type: 'cycle-failed'; readonly cycle: number; readonly reason: string }
  | { readonly type: 'serving'; readonly from: number; readonly to: number; readonly reason: string }
  /** A kept generation whose adapter cannot be read: truncated, altered, or of another build. */
  | { readonly type: 'generation-lost'; readonly generation: number; readonly reason: string }
  | ({ readonly type: 'monitor' } & MonitorFigures)
);

/** An event without the collection it happened to. */
export type CollectionEvent = WithoutCollection<EngineEvent>;
type WithoutCollection<E> = E extends EngineEvent ? Omit<E, 'collection'> : never;

export type EngineListener = (event: EngineEvent) => void;

/** Hands events to whoever listens. A listener that throws is reported and disturbs nobody. */
export class Events {
  readonly #listeners = new Set<EngineListener>();

  /** Returns what ends the subscription. */
  subscribe(listener: EngineListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: EngineEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        console.error(`chelated: a listener failed on ${event.type}:`, error);
      }
    }
  }
}
