import type { OutputSpace } from '../adapter/card.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';
import { principalAxes } from './principal-axes.ts';

export interface PreflightInput {
  readonly T: Matrix; // (n, e) teacher vectors of the documents
  readonly studentDims: number;
  readonly space: OutputSpace;
  readonly dims?: number;
  readonly unaligned?: boolean;
}

/** What will be done with the teacher's vectors before anything is learned from them. */
export interface Preflight {
  readonly action: 'centre' | 'cut' | 'rotate' | 'reduce' | 'pad' | 'nothing';
  readonly from: number;
  readonly to: number;
  /** Share of the teacher's variance that is left, 0 … 1. */
  readonly kept: number;
  /** One sentence for people. */
  readonly text: string;
}

/**
 * Says how the teacher's vectors will reach the output space, and what variance that keeps; changes nothing.
 *
 * @throws {ChelatedError} unaligned when the ablation without alignment is asked for with widths that differ
 * @example
 * import { loadKernels, matrix } from 'chelated';
 *
 * const T = matrix(3, 2, new Float32Array([1, 0, 0, 1, 0.6, 0.8]));
 * preflight(await loadKernels(), { T, studentDims: 4, space: 'student' }).action; // => 'pad'
 */
export function preflight(kernels: Kernels, { T, studentDims, space, dims, unaligned }: PreflightInput): Preflight {
  const from = T.dims;
  const to = unaligned ? from : space === 'student' ? studentDims : (dims ?? from);
  if (unaligned) {
    if (from !== studentDims) {
      throw new ChelatedError(
        'unaligned',
        `without an alignment, teacher (d=${from}) and student (d=${studentDims}) must have one width; leave \`unaligned\` out`,
      );
    }
    return {
      action: 'nothing',
      from,
      to,
      kept: 1,
      text: 'the teacher is used as it is, in a space that is not the student’s',
    };
  }
  const kept = to < from ? principalAxes(kernels, T, to).kept : 1;
  const share = `${(100 * kept).toFixed(1)} % of its variance`;
  if (space === 'teacher') {
    if (to === from)
      return { action: 'centre', from, to, kept, text: `the teacher (d=${from}) is centred; nothing is lost` };
    return {
      action: 'cut',
      from,
      to,
      kept,
      text: `the teacher (d=${from}) is centred and cut to d=${to} by PCA, which keeps ${share}`,
    };
  }
  const action = to < from ? 'reduce' : to > from ? 'pad' : 'rotate';
  const how = {
    reduce: `reduced to d=${to} by PCA, which keeps ${share}, and rotated into the student’s space`,
    pad: `zero-padded to d=${to} and rotated into the student’s space; nothing is lost`,
    rotate: 'rotated into the student’s space; nothing is lost',
  }[action];
  return { action, from, to, kept, text: `the teacher (d=${from}) is centred, ${how}` };
}
