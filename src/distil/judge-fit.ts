import type { SignalFigures } from '../adapter/card.ts';
import { mixDocuments } from '../adapter/mix-documents.ts';
import { neighbours } from '../collapse/neighbours.ts';
import { config } from '../config.ts';
import type { Encoder } from '../encode/encoder.ts';
import { agreement } from '../evaluate/agreement.ts';
import { inverseCloze } from '../evaluate/inverse-cloze.ts';
import { pairedSignal } from '../evaluate/paired-signal.ts';
import type { Kernels, Resident } from '../kernels/kernels.ts';
import { type Matrix, pickRows } from '../matrix.ts';
import { random } from '../random.ts';
import { type Candidate, withCandidate } from './candidate.ts';
import { type Corpus, pickDocuments } from './corpus.ts';
import { cutPassages, type Passages, seenBy } from './cut-passages.ts';
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
  /** Held-out documents as queries, the teacher's nearest as judgements. Null without a teacher. */
  readonly agreement: SignalFigures | null;
  /** The same, with the candidate's queries searching the teacher's own documents. */
  readonly asymmetric: SignalFigures | null;
  /**
   * A passage of a held-out document as the candidate's query, the teacher's nearest to the whole document as judgements: in
   * the corrected documents (as student), and in their mean with the teacher's own (as candidate). Null where passages
   * cannot be encoded.
   */
  readonly mixed: SignalFigures | null;
  /** A passage finds the document that it was cut out of. Null where passages cannot be encoded. */
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
  const cut = await cutPassages(pool.texts, self, input);
  return withCandidate(kernels, corpus, candidate, async (adapter) => {
    const corrected = await adapter.correct({ vectors: pool.X, tokens: pool.bags });
    const [asked, rests] = cut ? [await adapter.correct(cut.passages), await adapter.correct(cut.rests)] : [];
    const cloze = (documents: Matrix, sentences: Matrix, rests: Matrix, { source }: Passages) =>
      inverseCloze(kernels, { documents, sentences, rests, source });
    const clozeBefore = cut && cloze(pool.X, cut.passages.vectors, cut.rests.vectors, cut);
    const clozeAfter = cut && cloze(corrected, asked!, rests!, cut);
    const inverse = clozeBefore && pairedSignal(clozeBefore, clozeAfter!);
    if (!pool.T) return { ...withoutTeacher, inverseCloze: inverse };

    const aligned = candidate.parts.teacher && adapter.alignTeacher(pool.T);
    const index = kernels.hold(pool.T);
    const byDocuments = agreements(kernels, index, pool.T, self);
    const byPassages = cut && agreements(kernels, index, pool.T, cut.source);
    index.free();
    const before = byDocuments(pool.X, pickRows(pool.X, self));
    const ask = (documents: Matrix) => pairedSignal(before, byDocuments(documents, pickRows(corrected, self)));
    const mixed = (aligned: Matrix) =>
      byPassages &&
      pairedSignal(byPassages(corrected, asked!), byPassages(mixDocuments(kernels, corrected, aligned), asked!));
    const taught = cut && (await teacherPassages(input, cut));
    return {
      agreement: ask(corrected),
      asymmetric: aligned && ask(aligned),
      mixed: aligned && mixed(aligned),
      inverseCloze: inverse,
      teacher: taught && pairedSignal(clozeBefore!, cloze(pool.T, taught.passages.vectors, taught.rests.vectors, cut)),
    };
  });
}

const withoutTeacher = {
  agreement: null,
  asymmetric: null,
  mixed: null,
  teacher: null,
};

/** Scores queries that come from the documents `source` by what the teacher puts nearest to those. */
function agreements(kernels: Kernels, index: Resident, T: Matrix, source: ArrayLike<number>) {
  const silver = neighbours(kernels, index, T, source, config.gate.depth);
  return (documents: Matrix, queries: Matrix) => agreement(kernels, { documents, queries, self: source, silver });
}

async function teacherPassages({ teacher, signal }: JudgeInput, { texts }: Passages) {
  if (!teacher || teacher.precomputed) return null;
  return {
    passages: await seenBy(teacher, texts.passages, 'query', signal),
    rests: await seenBy(teacher, texts.rests, 'document', signal),
  };
}
