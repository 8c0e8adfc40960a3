import type { AdapterCard, DistilMode } from '../adapter/card.ts';
import type { Matrix } from '../matrix.ts';

/** What every answer says of how it was made. All vectors and scores in it were made under this one fingerprint. */
export interface Provenance {
  readonly fingerprint: string;
  readonly generation: number;
  readonly mode: DistilMode;
  /** Not null when the serving generation failed and generation 0 answered in its place. */
  readonly fallback: Fallback | null;
}

/** One step down the fallback chain. */
export interface Fallback {
  readonly from: number; // the generation that failed
  readonly to: 0;
  readonly reason: string;
}

export interface Hit {
  readonly id: string;
  readonly score: number; // cosine
  readonly text: string;
}

/** The same query on one generation. */
export interface RankedHits {
  readonly fingerprint: string;
  readonly generation: number;
  readonly hits: readonly Hit[];
}

export interface SearchAnswer extends Provenance {
  readonly hits: readonly Hit[];
  /** With `compare`: what the unadapted student finds. */
  readonly before?: RankedHits;
}

export interface CorrectAnswer extends Provenance {
  readonly baseFingerprint: string;
  /** (n, d), unit rows; exactly zero where the input was, and for a text without any token. */
  readonly vectors: Matrix;
  /** Positions of texts that could not be embedded: their rows are zero. */
  readonly failed: readonly number[];
}

export interface EngineInfo {
  readonly student: string;
  readonly baseFingerprint: string;
  readonly fingerprint: string;
  readonly generation: number;
  readonly mode: DistilMode;
  readonly documents: number;
  readonly dims: number; // width of the base vectors
  readonly correctedDims: number;
  readonly adapter: AdapterCard | null;
  /** Answers that generation 0 gave in another's place, since the start. */
  readonly fallbacks: number;
  readonly kernels: string;
}
