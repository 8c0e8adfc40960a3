import type { AdapterCard, AdapterKind, DistilMode, FitFigures, OutputSpace } from '../adapter/card.ts';
import type { AdapterParts } from '../adapter/parts.ts';
import type { Encoder } from '../encode/encoder.ts';
import type { Dataset } from '../evaluate/dataset.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';
import type { Choice } from './choice.ts';
import type { PseudoQueryKind } from './pseudo-queries.ts';

/** Steps in their order; `share` runs from 0 to 1 in each. */
export type DistilStep = 'student' | 'teacher' | 'choose' | 'judge' | 'fit';
export type DistilProgress = (step: DistilStep, share: number) => void;

export interface DistilOptions {
  readonly documents: { readonly ids: readonly string[]; readonly texts: readonly string[] };
  readonly student: Encoder;
  /** The teacher's vectors in the order of the documents; a zero or non-finite row is a document that it failed on. */
  readonly teacherVectors?: Matrix;
  readonly teacher?: Encoder;
  /** What the card calls the teacher; an encoder's own id without it. */
  readonly teacherId?: string;
  readonly kernels: Kernels;
  /** Without it: offline where there is a teacher, else baseline. `sdft` takes `labelled` queries and tunes an `mlp`. */
  readonly mode?: DistilMode;
  /** Teacher weight in hybrid mode, 0 … 1. */
  readonly alpha?: number;
  /** Push magnitude η. */
  readonly push?: number;
  readonly adapter?: AdapterKind;
  readonly space?: OutputSpace;
  /** Cuts the output to this width, by PCA of the teacher's vectors; in the teacher's space only. */
  readonly dims?: number;
  readonly seed?: number;
  /** λ, prior and token weighting instead of choosing them. */
  readonly choice?: Partial<Choice>;
  /**
   * Collapse events of real queries, oldest first: the positions of the documents in each. Without any, documents stand in
   * for the queries.
   */
  readonly events?: readonly Uint32Array[];
  /** Blends without aligning first: an ablation, worth nothing otherwise. */
  readonly unaligned?: boolean;
  /** Trains the teacher's map into the student's space with the adapter, instead of taking the alignment's as it is. */
  readonly learnProjection?: boolean;
  /**
   * Weight, 0 … 1, of a discriminator of teacher against corrected vectors, whose reversed gradient the adapter gets beside
   * its own loss; of a kind that gradients train. 0, no discriminator, unless named (results/README.md, “Adversarial
   * distillation”).
   */
  readonly adversarial?: number;
  /**
   * Further rows of the fit: a part of each document, short as queries are, towards the teacher's own vector of it. Offline
   * mode only, with a student and a teacher that can be asked; none unless named (results/README.md, “Pseudo-queries as training pairs”).
   */
  readonly pseudoQueries?: PseudoQueryKind;
  /**
   * Judged queries over the same documents to learn from, in mode sdft alone: a train split. A share of them is kept out, to
   * choose with.
   */
  readonly labelled?: Dataset;
  /** Judged queries over the same documents, where there are any: they decide instead of the label-free signals. */
  readonly judged?: Dataset;
  /** Returns what the gate refuses, and fits on fewer documents than can be judged. */
  readonly force?: boolean;
  /** Steps down to baseline, then identity, when the teacher or a fit fails or is refused. */
  readonly fallback?: boolean;
  readonly onProgress?: DistilProgress;
  readonly signal?: AbortSignal;
}

export interface DistilResult {
  readonly parts: AdapterParts;
  readonly card: AdapterCard;
  /** The card's fit figures, and the seconds that each step took. */
  readonly figures: FitFigures;
  /** What was stepped down from and why, in order; empty when what was asked for was done. */
  readonly steps: readonly string[];
}
