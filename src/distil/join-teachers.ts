import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, matrix, row } from '../matrix.ts';
import { mapTeacher } from './align.ts';
import { meanRow } from './mean-row.ts';

export interface JoinedTeachers {
  /** The documents as all teachers together see them: what `distil` takes as a teacher's vectors. */
  readonly documents: Matrix;
  /** Other texts the same way: one matrix a teacher, in their order. */
  join(vectors: readonly Matrix[]): Matrix;
}

/**
 * Several teachers as one: each centred by its documents' mean and of unit length, scaled by the root of its weight, and
 * laid side by side. The cosine of two rows is then the weighted mean of the teachers' cosines.
 *
 * Shape   teachers (n, e₁), (n, e₂), … → (n, e₁ + e₂ + …)
 * Edge    a document that one teacher failed on (a zero row) is a zero row of all: it has no part in a fit
 * @throws {ChelatedError} invalid_input without one weight ≥ 0 a teacher that sum to one; shape_mismatch
 */
export function joinTeachers(
  kernels: Kernels,
  teachers: readonly Matrix[],
  weights: readonly number[],
): JoinedTeachers {
  const sum = weights.reduce((a, b) => a + b, 0);
  if (weights.length !== teachers.length || !weights.every((w) => w >= 0) || Math.abs(sum - 1) > 1e-6) {
    throw new ChelatedError(
      'invalid_input',
      `${teachers.length} teachers need as many weights of at least 0 that sum to 1, got [${weights.join(', ')}]`,
    );
  }
  const means = teachers.map((T) => Float32Array.from(meanRow(T)));
  const join = (vectors: readonly Matrix[]): Matrix => {
    const rows = vectors[0]?.rows ?? 0;
    vectors.forEach((V, i) => {
      if (V.rows === rows && V.dims === means[i]?.length) return;
      const expected = `${rows} × ${means[i]?.length ?? 'nothing'}`;
      throw new ChelatedError('shape_mismatch', `teacher ${i + 1}: expected ${expected}, got ${V.rows} × ${V.dims}`);
    });
    const parts = vectors.map((V, i) => kernels.normalize(mapTeacher(kernels, V, { mean: means[i]!, map: null })));
    const joined = matrix(
      rows,
      vectors.reduce((d, V) => d + V.dims, 0),
    );
    for (let r = 0; r < rows; r++) {
      if (vectors.some((V) => row(V, r).every((x) => x === 0))) continue;
      let at = 0;
      parts.forEach((V, i) => {
        const scale = Math.sqrt(weights[i]!);
        row(joined, r).set(
          row(V, r).map((x) => x * scale),
          at,
        );
        at += V.dims;
      });
    }
    return joined;
  };
  return { documents: join(teachers), join };
}

/**
 * Weights of teachers by how well a student that learned from each alone finds that teacher's neighbours of documents it
 * has not seen: their shares of the sum.
 *
 * Edge    no agreement at all: equal weights
 */
export function teacherWeights(agreements: readonly number[]): number[] {
  const kept = agreements.map((agreement) => Math.max(0, agreement));
  const sum = kept.reduce((a, b) => a + b, 0);
  return kept.map((agreement) => (sum > 0 ? agreement / sum : 1 / kept.length));
}
