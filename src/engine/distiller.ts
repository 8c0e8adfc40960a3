import type { AdapterCard, AdapterKind, OutputSpace } from '../adapter/card.ts';
import type { DistilStep } from '../distil/distil-options.ts';
import type { Matrix } from '../matrix.ts';
import type { Mode } from '../store/store.ts';
import type { TokenBags } from '../token-bags.ts';

/** What a cycle learns from. Row i of everything is document i. Plain data, so that it can go to another thread. */
export interface DistilJob {
  readonly ids: readonly string[];
  /** Null for a document that is known by its vector alone. */
  readonly texts: readonly (string | null)[];
  readonly vectors: Matrix; // base vectors
  readonly tokens: TokenBags;
  readonly untokenized: readonly number[];
  /** The id of the teacher and its vectors, zero rows where it has none; null in baseline mode. */
  readonly teacher: { readonly id: string; readonly vectors: Matrix } | null;
  /** Collapse events, oldest first, as positions of documents; none: the documents stand in for queries. */
  readonly events: readonly Uint32Array[];
  readonly fit: FitOptions;
}

/** What is fitted. A field that is left out has the default of `distil`. */
export interface FitOptions {
  readonly mode: Exclude<Mode, 'off'>;
  readonly alpha: number;
  readonly push?: number;
  readonly adapter?: AdapterKind;
  readonly space?: OutputSpace;
  readonly dims?: number;
  readonly seed?: number;
  /** Takes what the gate refuses. */
  readonly force?: boolean;
}

export interface DistilOutcome {
  /** The sealed adapter file; null when nothing could be fitted that the gate would let through. */
  readonly file: Uint8Array | null;
  readonly card: AdapterCard;
  readonly steps: readonly string[];
}

/** A teacher's vectors of texts; `failed` are positions, their rows are zero. */
export interface Taught {
  readonly vectors: Matrix;
  readonly failed: readonly number[];
}

export interface DistillerOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (step: DistilStep, share: number) => void;
}

/**
 * Does the slow work of a cycle: in another thread where there is one, so that requests do not wait for it. An aborted signal
 * ends the work and rejects with its reason, also work that no longer listens.
 */
export interface Distiller {
  teach(
    teacher: string,
    documents: { ids: readonly string[]; texts: readonly string[] },
    options?: DistillerOptions,
  ): Promise<Taught>;
  /** The job is given away: its numbers may be gone afterwards. */
  distil(job: DistilJob, options?: DistillerOptions): Promise<DistilOutcome>;
  close(): Promise<void>;
}
