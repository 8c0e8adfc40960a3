import type { Int8Rows } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';
import type { TermFrequency } from './card.ts';

/**
 * The numbers of an adapter, as a fit makes them and the ONNX file stores them.
 *
 *   vector part   y = x·map + bias                                        (identity: no map)
 *   hidden part   y += relu(x·into + into bias)·out, or without a bias and relu for the low-rank kind, y += (x·into)·out
 *   token part    φ(t) = weights[t]·tf(count) of every token, scaled to unit length over the text
 *                 y += Σ φ(t)·rows[rowOf[t]]   over tokens with a row
 *   lexical       x = Σ φ(t)·table[t] over the tokens WITHOUT a row (the student's own table), then x·map: the prior
 *   residual      x = the base vector
 *   corrected     y / ‖y‖, exactly zero where the whole input is zero (bias or not)
 */
export interface AdapterParts {
  readonly map: Matrix | null; // (dIn, dOut)
  readonly bias: Float32Array | null; // (dOut)
  readonly tokens: TokenPart | null;
  readonly hidden?: HiddenPart | null;
  /** How a teacher vector gets into the output space: normalise((t − mean)·map). Null where there was no teacher. */
  readonly teacher: TeacherMap | null;
}

export interface TokenPart {
  readonly rows: Int8Rows; // (R, dOut)
  readonly rowOf: Int32Array; // (V), −1 for a token without a row
  readonly weights: Float32Array; // (V)
  readonly termFrequency: TermFrequency;
}

/** What gradients trained: a layer of h units between in and out. */
export interface HiddenPart {
  readonly into: Matrix; // (dIn, h)
  /** Kind mlp; the low-rank kind has neither bias nor relu. */
  readonly bias: Float32Array | null; // (h)
  readonly out: Matrix; // (h, dOut)
}

export interface TeacherMap {
  readonly mean: Float32Array; // (dTeacher)
  readonly map: Matrix | null; // (dTeacher, dOut); null: the identity
}
