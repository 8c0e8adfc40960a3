import type { Matrix } from '../matrix.ts';
import type { Device } from '../onnx/device.ts';
import type { TokenBags } from '../token-bags.ts';
import type { AdapterCard } from './card.ts';

/** What a caller has of n texts. `vectors` are base vectors; `tokens` are what the student's `tokenize` gives. */
export interface AdapterInput {
  readonly vectors?: Matrix;
  readonly tokens?: TokenBags;
}

/**
 * A learned map that is ready to run: corrected vector = normalise(A(input)), unit rows, or exactly zero for a zero input.
 *
 * `correct` throws {ChelatedError}: text_required (needs tokens, got vectors alone), shape_mismatch, not_finite.
 */
export interface Adapter {
  readonly card: AdapterCard;
  /** Hash of the file it was loaded from; null for a fit that is not written yet. */
  readonly hash: string | null;
  readonly backend: 'kernels' | 'onnxruntime';
  /** Where it runs now, where onnxruntime runs it. */
  readonly device?: Device | undefined;
  correct(input: AdapterInput): Promise<Matrix>;
  /** Maps the teacher's own vectors into the adapter's output space, unit rows: what asymmetric serving searches. */
  alignTeacher(T: Matrix): Matrix;
  dispose(): Promise<void>;
}
