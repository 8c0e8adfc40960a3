import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';
import type { Alignment } from './align.ts';

export interface BlendOptions {
  /** How T got into the space of H. */
  readonly alignment: Alignment | null;
  readonly unaligned?: boolean;
  /** Told how many rows had no blend (h ≈ −t), when there were any. */
  readonly onVanished?: (rows: number) => void;
}

/**
 * Targets between the pushed student h and the teacher t, both unit rows in one space: normalise((1 − α)·h + α·t).
 *
 * α = 0 is h and α = 1 is t, bit for bit. Where the blend vanishes (h ≈ −t), h.
 *
 * Shape   H (n, d) · T (n, d)
 * @throws {ChelatedError} unaligned when T was not aligned (`alignment` null) and `unaligned` does not ask for that by name
 * @throws {ChelatedError} shape_mismatch when the two differ in shape; invalid_input when α is outside 0 … 1
 */
export function blendTargets(kernels: Kernels, H: Matrix, T: Matrix, alpha: number, options: BlendOptions): Matrix {
  checkAlpha(alpha);
  if (options.alignment === null && !options.unaligned) {
    throw new ChelatedError(
      'unaligned',
      'the teacher has not been aligned with the student, so a blend of the two means nothing; align first, or ask for it by name with `unaligned`',
    );
  }
  if (H.rows !== T.rows || H.dims !== T.dims) {
    throw new ChelatedError(
      'shape_mismatch',
      `a blend needs student and teacher rows of one shape, got ${H.rows} × ${H.dims} and ${T.rows} × ${T.dims}; align the teacher first`,
    );
  }
  if (alpha === 0) return H;
  return alpha === 1 ? T : kernels.blend(H, T, alpha, options.onVanished);
}

/** @throws {ChelatedError} invalid_input when the teacher weight is not a number from 0 to 1 */
export function checkAlpha(alpha: number): void {
  if (alpha >= 0 && alpha <= 1) return;
  throw new ChelatedError('invalid_input', `the teacher weight alpha must be from 0 to 1, got ${alpha}`);
}
