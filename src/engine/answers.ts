import type { AdapterCard } from '../adapter/card.ts';
import type { Fusion } from '../evaluate/fuse.ts';
import type { Matrix } from '../matrix.ts';
import type { Curriculum, Metadata, Mode, Serving } from '../store/store.ts';

/** What every answer says of how it was made. All vectors and scores in it were made under this one fingerprint. */
export interface Provenance {
  readonly fingerprint: string;
  readonly generation: number;
  readonly mode: Mode;
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
  readonly score: number; // cosine; in a fused search the sum of weighted points, as `fuse` gives them
  readonly text: string | null;
  readonly metadata: Metadata | null;
}

/** The same query on one generation. */
export interface RankedHits {
  readonly fingerprint: string;
  readonly generation: number;
  readonly hits: readonly Hit[];
}

/** How words took part in a search. */
export interface FusedBy {
  readonly method: Fusion;
  readonly weights: readonly [vectors: number, words: number];
  /** Documents found by a word, at most `config.fusion.depth`. */
  readonly words: number;
  /** Why the vectors alone answered; null where both sides did. */
  readonly fallback: string | null;
}

export interface SearchAnswer extends Provenance {
  readonly hits: readonly Hit[];
  /** Null where no fusion was asked for. */
  readonly fusion: FusedBy | null;
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

/** A generation as people and reports see it. */
export interface GenerationInfo {
  readonly number: number;
  readonly serving: boolean;
  readonly fingerprint: string | null; // null where its index is not built yet
  readonly served: Serving;
  readonly createdAt: number | null; // milliseconds since 1970
  readonly cycle: number | null;
  readonly adapter: AdapterCard | null;
}

export interface CollectionInfo {
  readonly collection: string;
  readonly student: string;
  readonly baseFingerprint: string;
  readonly fingerprint: string;
  readonly generation: number;
  readonly mode: Mode;
  /** Teacher weight of the next cycle. */
  readonly alpha: number;
  /** What it follows, where it is not the same in every cycle. */
  readonly curriculum: Curriculum | null;
  readonly cycles: number;
  readonly documents: number;
  readonly dims: number; // width of the base vectors
  readonly correctedDims: number;
  /** Whether words are indexed, so that searches may be fused. */
  readonly words: boolean;
  readonly adapter: AdapterCard | null;
  /** Searches and corrections answered since the start, and those that generation 0 answered in another's place. */
  readonly answers: number;
  readonly fallbacks: number;
  /** Searches that the collapse detector looked at since the start, and those that had collapsed. */
  readonly sampled: number;
  readonly collapsed: number;
  readonly kernels: string;
}
