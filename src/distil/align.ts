import type { TeacherMap } from '../adapter/parts.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, matrix } from '../matrix.ts';
import { covariance } from './covariance.ts';
import { fromDense } from './dense.ts';
import { meanRow } from './mean-row.ts';
import { polarFactor } from './polar-factor.ts';
import { principalAxes } from './principal-axes.ts';

/** What puts teacher vectors in the output space, and what it keeps of them. */
export interface Alignment {
  readonly teacher: TeacherMap;
  /** Share of the teacher's variance that is left, 0 … 1. */
  readonly kept: number;
}

/**
 * Centres both spaces and rotates the teacher's into the student's: t ↦ (t − mean)·map.
 *
 * A wider teacher is first reduced to the student's width by PCA; a narrower one is zero-padded, which is the same as
 * a map with orthonormal rows. The rotation is the orthogonal Procrustes solution on the documents.
 *
 * Shape   T (n, e) teacher rows · X (n, d) student rows of the same documents · map (e, d)
 * Edge    e ≤ d keeps every inner product of centred vectors within 1e-5
 * Source  Schönemann 1966
 */
export function alignToStudent(kernels: Kernels, T: Matrix, X: Matrix): Alignment {
  const { product, meanX: mean } = covariance(kernels, T, X);
  if (T.dims <= X.dims) {
    return { teacher: { mean: Float32Array.from(mean), map: fromDense(polarFactor(product)) }, kept: 1 };
  }
  const { axes, kept } = principalAxes(kernels, T, X.dims);
  const rotation = polarFactor(axes.transpose().mmul(product));
  return { teacher: { mean: Float32Array.from(mean), map: fromDense(axes.mmul(rotation)) }, kept };
}

/** Stays in the teacher's space: centres it, and with `dims` below its width cuts it by PCA of the documents. */
export function alignToTeacher(kernels: Kernels, T: Matrix, dims = T.dims): Alignment {
  if (dims >= T.dims) return { teacher: { mean: Float32Array.from(meanRow(T)), map: null }, kept: 1 };
  const { mean, axes, kept } = principalAxes(kernels, T, dims);
  return { teacher: { mean: Float32Array.from(mean), map: fromDense(axes) }, kept };
}

/** The teacher's vectors as they are, for the ablation without alignment; widths must agree. */
export function noAlignment(T: Matrix): Alignment {
  return { teacher: { mean: new Float32Array(T.dims), map: null }, kept: 1 };
}

/** (t − mean)·map, row by row, not normalised. */
export function mapTeacher(kernels: Kernels, T: Matrix, teacher: TeacherMap): Matrix {
  const centred = matrix(T.rows, T.dims);
  for (let i = 0; i < T.data.length; i++) centred.data[i] = T.data[i]! - teacher.mean[i % T.dims]!;
  return teacher.map ? kernels.gemm(centred, teacher.map) : centred;
}
