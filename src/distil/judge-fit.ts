import type { SignalFigures } from '../adapter/card.ts';
import { neighbours } from '../collapse/neighbours.ts';
import { config } from '../config.ts';
import type { Encoder } from '../encode/encoder.ts';
import { agreement } from '../evaluate/agreement.ts';
import { pairedSignal } from '../evaluate/paired-signal.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { pickRows } from '../matrix.ts';
import { random } from '../random.ts';
import { type Candidate, withCandidate } from './candidate.ts';
import { type Corpus, pickDocuments } from './corpus.ts';
import { judgeCloze } from './judge-cloze.ts';
import type { DocumentSplit } from './split-documents.ts';

export interface JudgeInput {
  readonly kernels: Kernels;
  readonly corpus: Corpus;
  readonly split: DocumentSplit;
  readonly student: Encoder;
  /** A teacher that can encode sentences; null otherwise. */
  readonly teacher: Encoder | null;
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/** What was measured without labels. */
export interface FitSignals {
  /** Null without a teacher. */
  readonly agreement: SignalFigures | null;
  /** The same, with the candidate's queries searching the teacher's own documents. */
  readonly asymmetric: SignalFigures | null;
  /** Null where sentences cannot be encoded. */
  readonly inverseCloze: SignalFigures | null;
  /** Inverse cloze of the teacher as candidate. */
  readonly teacher: SignalFigures | null;
}

/** Measures a candidate beside the unadapted student, with documents that its fit has not seen as queries. */
export async function judgeFit(input: JudgeInput, candidate: Candidate): Promise<FitSignals> {
  const { kernels, corpus, split, seed } = input;
  const others = random(seed).shuffle(split.heldIn.slice()).slice(0, config.gate.maximumPool).sort();
  const pool = pickDocuments(corpus, [...split.heldOut, ...others]);
  const self = Uint32Array.from(split.heldOut, (_, i) => i);
  return withCandidate(kernels, corpus, candidate, async (adapter) => {
    const corrected = await adapter.correct({ vectors: pool.X, tokens: pool.bags });
    const cloze = await judgeCloze(input, pool, self, corrected, adapter);
    if (!pool.T) return { ...cloze, agreement: null, asymmetric: null };
    const index = kernels.hold(pool.T);
    const silver = neighbours(kernels, index, pool.T, self, config.gate.depth);
    index.free();
    const score = (documents: typeof corrected, queries: typeof corrected) =>
      agreement(kernels, { documents, queries: pickRows(queries, self), self, silver });
    const before = score(pool.X, pool.X);
    const aligned = candidate.parts.teacher && adapter.alignTeacher(pool.T);
    return {
      ...cloze,
      agreement: pairedSignal(before, score(corrected, corrected)),
      asymmetric: aligned && pairedSignal(before, score(aligned, corrected)),
    };
  });
}
