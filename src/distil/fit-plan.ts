import type { AdapterKind, DistilMode, OutputSpace } from '../adapter/card.ts';
import { sharesSpace } from '../adapter/shared-space.ts';
import { config } from '../config.ts';
import type { Encoder } from '../encode/encoder.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, pickRows } from '../matrix.ts';
import { appendBags } from '../token-bags.ts';
import { mapTeacher } from './align.ts';
import type { Corpus } from './corpus.ts';
import type { FitData } from './fit-data.ts';
import type { PseudoQueryKind } from './pseudo-queries.ts';
import { stackRows } from './stack-rows.ts';
import { makeTargets, type Targets } from './targets.ts';

/** What was asked for, with every default filled in. */
export interface FitPlan {
  readonly kernels: Kernels;
  readonly student: Encoder;
  readonly teacherId: string | null;
  readonly kind: AdapterKind;
  readonly mode: DistilMode;
  readonly alpha: number;
  readonly push: number;
  readonly space: OutputSpace;
  readonly dims?: number;
  readonly seed: number;
  readonly unaligned?: boolean;
  readonly learnProjection?: boolean;
  readonly pseudoQueries?: PseudoQueryKind;
  readonly adversarial?: number;
  readonly signal?: AbortSignal;
}

/** Targets of the documents given, and what a fit towards them sees. */
export function fitData(plan: FitPlan, corpus: Corpus): { targets: Targets; data: FitData } {
  const { X, T, bags, table, vocabulary, events } = corpus;
  const targets = makeTargets(plan.kernels, { ...plan, X, T, events });
  const basis = tableBasis(plan, corpus, targets);
  const rows = withPseudoQueries(plan.kernels, { X, bags, Y: targets.Y }, corpus, targets);
  return { targets, data: { ...rows, teacher: targets.teacher, table, vocabulary, basis } };
}

/** The alignment is the documents' alone: short texts are no sample of what is searched. */
function withPseudoQueries(
  kernels: Kernels,
  rows: Pick<FitData, 'X' | 'bags' | 'Y'>,
  { pseudoQueries }: Corpus,
  { teacher }: Targets,
): Pick<FitData, 'X' | 'bags' | 'Y'> {
  if (!pseudoQueries || !teacher) return rows;
  return {
    X: stackRows(rows.X, pseudoQueries.X),
    bags: appendBags(rows.bags, pseudoQueries.bags),
    Y: stackRows(rows.Y, mapTeacher(kernels, pseudoQueries.T, teacher)),
  };
}

/** Where the student was made from this very teacher and the targets are in its space: how the one gets into the other. */
function tableBasis({ kernels, student }: FitPlan, { X, T }: Corpus, { space, teacher }: Targets): Matrix | null {
  const own = student.teacherSpace;
  if (!own || !T || !teacher || space !== 'teacher') return null;
  // Some of the documents tell as well as all, without another matrix of their size.
  const step = Math.max(1, Math.floor(X.rows / config.makeStudent.sharedSpaceDocuments));
  const some = Uint32Array.from({ length: Math.ceil(X.rows / step) }, (_, i) => i * step);
  if (!sharesSpace(kernels, own, pickRows(X, some), pickRows(T, some))) return null;
  return teacher.map ? kernels.gemm(own.basis, teacher.map) : own.basis;
}
