import { config } from '../config.ts';
import type { TeacherSpace } from '../encode/teacher-space.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, matrix } from '../matrix.ts';
import type { TeacherMap } from './parts.ts';

/**
 * Mean cosine between what a student says of some documents, x·basis, and the teacher's centred vectors of the same ones:
 * about .6 to .8 where the vectors are its teacher's, about 0 where they are another model's. Vectors from a file do not
 * say whose they are; this does.
 *
 * Shape   X (n, d) student rows · T (n, e) teacher rows of the same documents
 * Edge    another width than the teacher's: 0; zero rows do not count
 */
export function sharedSpaceCosine(kernels: Kernels, { basis, centre }: TeacherSpace, X: Matrix, T: Matrix): number {
  if (T.dims !== basis.dims || X.dims !== basis.rows) return 0;
  const Y = kernels.gemm(X, basis);
  let [sum, counted] = [0, 0];
  for (let i = 0; i < T.rows; i++) {
    let [dot, left, right, own] = [0, 0, 0, 0];
    for (let j = 0; j < T.dims; j++) {
      const [y, t] = [Y.data[i * T.dims + j]!, T.data[i * T.dims + j]!];
      dot += y * (t - centre[j]!);
      left += y * y;
      right += (t - centre[j]!) ** 2;
      own += t * t;
    }
    if (left === 0 || own === 0 || right === 0) continue;
    sum += dot / Math.sqrt(left * right);
    counted++;
  }
  return counted === 0 ? 0 : sum / counted;
}

/** Whether the rows of T are vectors of the teacher that the student was made from. */
export function sharesSpace(kernels: Kernels, space: TeacherSpace, X: Matrix, T: Matrix): boolean {
  return sharedSpaceCosine(kernels, space, X, T) >= config.makeStudent.sharedSpaceCosine;
}

/**
 * How a teacher's vector gets into the space of its student, without any adapter: normalise((t − centre)·basisᵀ).
 *
 * @throws {ChelatedError} unaligned for a student that does not live in a teacher's space
 */
export function spaceMap(space: TeacherSpace | undefined, student: string): TeacherMap {
  if (!space) {
    throw new ChelatedError(
      'unaligned',
      `student ${student} does not live in a teacher's space; give --adapter FILE.onnx, or make one with chelated student`,
    );
  }
  const { basis, centre } = space;
  const map = matrix(basis.dims, basis.rows);
  for (let i = 0; i < basis.rows; i++) {
    for (let j = 0; j < basis.dims; j++) map.data[j * basis.rows + i] = basis.data[i * basis.dims + j]!;
  }
  return { mean: centre, map };
}
