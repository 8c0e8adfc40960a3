import type { DistilMode, OutputSpace } from '../adapter/card.ts';
import type { TeacherMap } from '../adapter/parts.ts';
import { documentCollapse } from '../collapse/document-collapse.ts';
import { noiseSets } from '../collapse/noise-sets.ts';
import { pushTargets } from '../collapse/push-targets.ts';
import { config } from '../config.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, matrix } from '../matrix.ts';
import { type Alignment, alignToStudent, alignToTeacher, mapTeacher, noAlignment } from './align.ts';
import { blendTargets, checkAlpha } from './blend-targets.ts';
import { applyAffine, ridgeEquations } from './fit-ridge.ts';
import { meanRow } from './mean-row.ts';

/** What the targets of a fit are made from: the usable documents only, row i of X and of T is document i. */
export interface TargetInput {
  readonly X: Matrix; // (n, d) base vectors, unit rows
  readonly T: Matrix | null; // (n, e) teacher rows; null in baseline mode
  readonly mode: DistilMode;
  readonly alpha: number;
  readonly push: number; // η
  readonly space: OutputSpace;
  /** Width of the teacher's space after a cut by PCA. */
  readonly dims?: number;
  readonly seed: number;
  /** Collapse events of real queries, as rows; null: the documents stand in for queries. */
  readonly events?: readonly Uint32Array[] | null;
  /** Blends without aligning first: the ablation. */
  readonly unaligned?: boolean;
}

export interface Targets {
  /**
   * (n, dOut). The direction of a row is the target, its length how much it weighs in the fit: the length of the mapped
   * teacher vector, since one near the teacher's mean says little; 1 where there is no teacher.
   */
  readonly Y: Matrix;
  readonly space: OutputSpace;
  readonly teacher: TeacherMap | null;
  /** Share of the teacher's variance that the alignment keeps. */
  readonly kept: number | null;
  readonly pushed: number;
  readonly collapsed: number;
  /** Documents whose blend vanished, so that the pushed student stands for it. */
  readonly vanished: number;
}

/** The mode whose targets are fitted: of hybrid with α = 0 baseline's, with α = 1 offline's, and of sdft offline's too. */
export function effectiveMode(mode: DistilMode, alpha: number): Exclude<DistilMode, 'sdft'> {
  checkAlpha(alpha);
  if (mode === 'sdft') return 'offline';
  if (mode !== 'hybrid') return mode;
  return alpha === 0 ? 'baseline' : alpha === 1 ? 'offline' : 'hybrid';
}

/**
 * What each document's corrected vector should be.
 *
 *   baseline   the push of x, in the student's space
 *   offline    the aligned teacher's vector
 *   hybrid     normalise((1 − α)·h + α·t); α = 0 takes baseline's path, α = 1 offline's
 *
 * In the teacher's space h is the push of x after a ridge to the teacher; in the student's, of x centred.
 */
export function makeTargets(kernels: Kernels, input: TargetInput): Targets {
  const mode = input.T === null ? 'baseline' : effectiveMode(input.mode, input.alpha);
  if (mode === 'baseline' || input.T === null) {
    const { H, pushed, collapsed } = push(kernels, input, input.X);
    return { Y: H, space: 'student', teacher: null, kept: null, pushed, collapsed, vanished: 0 };
  }
  const alignment = align(kernels, input, input.T);
  const mapped = mapTeacher(kernels, input.T, alignment.teacher);
  const common = { space: input.space, teacher: alignment.teacher, kept: alignment.kept };
  if (mode === 'offline') return { ...common, Y: mapped, pushed: 0, collapsed: 0, vanished: 0 };
  const source = input.unaligned ? input.X : inOutputSpace(kernels, input, mapped);
  const { H, pushed, collapsed } = push(kernels, input, source);
  const T = kernels.normalize(mapped);
  let vanished = 0;
  const blended = blendTargets(kernels, H, T, input.alpha, {
    alignment: input.unaligned ? null : alignment,
    ...(input.unaligned ? { unaligned: true } : {}),
    onVanished: (rows) => {
      vanished = rows;
    },
  });
  return {
    ...common,
    Y: withLengthsOf(mapped, blended),
    pushed,
    collapsed,
    vanished,
  };
}

function align(kernels: Kernels, input: TargetInput, T: Matrix): Alignment {
  if (input.unaligned) return noAlignment(T);
  return input.space === 'student' ? alignToStudent(kernels, T, input.X) : alignToTeacher(kernels, T, input.dims);
}

/** The student's vectors where the blend happens. */
function inOutputSpace(kernels: Kernels, input: TargetInput, mapped: Matrix): Matrix {
  if (input.space === 'teacher') {
    const toTeacher = ridgeEquations(kernels, input.X, mapped, false).solve(config.distil.priorLambda);
    return kernels.normalize(applyAffine(kernels, input.X, toTeacher));
  }
  const mean = meanRow(input.X);
  const centred = matrix(input.X.rows, input.X.dims);
  for (let i = 0; i < centred.data.length; i++) centred.data[i] = input.X.data[i]! - mean[i % mean.length]!;
  return kernels.normalize(centred);
}

/** Collapse is found by base vectors, as retrieval would; the push happens where the targets live. */
function push(kernels: Kernels, input: TargetInput, source: Matrix) {
  if (input.push === 0) return { H: source, pushed: 0, collapsed: 0 };
  const { minimumEvents, noiseSets: K } = config.collapse;
  const { sets, collapsed } = input.events
    ? { sets: noiseSets(input.X.rows, input.events, K), collapsed: input.events.length }
    : documentCollapse(kernels, input.X, input.seed);
  return { ...pushTargets(kernels, source, sets, { eta: input.push, minimumEvents }), collapsed };
}

/** The rows of Y, as long as those of X. */
function withLengthsOf(X: Matrix, Y: Matrix): Matrix {
  const scaled = matrix(Y.rows, Y.dims);
  for (let i = 0; i < Y.rows; i++) {
    let square = 0;
    for (let j = i * X.dims; j < (i + 1) * X.dims; j++) square += X.data[j]! ** 2;
    const length = Math.sqrt(square);
    for (let j = i * Y.dims; j < (i + 1) * Y.dims; j++) scaled.data[j] = Y.data[j]! * length;
  }
  return scaled;
}
