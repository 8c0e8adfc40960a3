import { config } from '../config.ts';
import type { Encoder } from '../encode/encoder.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, pickRows } from '../matrix.ts';
import { sharesSpace, spaceMap } from './shared-space.ts';
import { teacherAlignment } from './teacher-alignment.ts';

/**
 * No training at all: the teacher's own vectors of documents, where the queries of a student that was made from it can be
 * searched in.
 *
 *   normalise((t − centre)·basisᵀ)
 *
 * Vectors that do not say that the student's teacher made them (read from a file, say) are compared with the student's of a
 * few of the documents first.
 *
 * Shape   T (n, e) the teacher's rows · texts: the n documents, in the same order · result (n, d), in the student's space
 * Unit    unit rows; the row of a document that the teacher failed on, zero, stays zero
 * @throws {ChelatedError} unaligned when the student does not live in a teacher's space, or not in that of these vectors;
 *   shape_mismatch, not_finite
 * @example
 * import { loadKernels, openEncoder, readDataset } from 'chelated';
 * const kernels = await loadKernels();
 * const student = await openEncoder('static', { kernels });
 * const teacher = await openEncoder('vectors:assets/sample/teacher/documents.safetensors', { kernels });
 * const documents = (await readDataset('assets/sample')).documents.slice(0, 20);
 * const texts = documents.map(({ text }) => text);
 * const { vectors: T } = await teacher.encode(texts, { role: 'document', ids: documents.map(({ id }) => id) });
 * const index = kernels.hold(await teacherDocuments(T, { student, teacher, texts, kernels }));
 * const { vectors: Q } = await student.encode([texts[7]!], { role: 'query' });
 * kernels.topK(index, Q, 3).indices[0]; // => 7
 */
export async function teacherDocuments(
  T: Matrix,
  by: {
    readonly student: Encoder;
    readonly teacher: Pick<Encoder, 'id' | 'baseFingerprint'>;
    readonly texts: readonly string[];
    readonly kernels: Kernels;
  },
): Promise<Matrix> {
  const { student, teacher, texts, kernels } = by;
  const space = student.teacherSpace;
  const map = spaceMap(space, student.id);
  if (space && teacher.baseFingerprint !== space.teacherFingerprint) {
    const step = Math.max(1, Math.floor(texts.length / config.makeStudent.sharedSpaceDocuments));
    const picked = Array.from(texts.keys()).filter((i) => i % step === 0);
    const some = picked.map((i) => texts[i]!);
    const { vectors: X } = await student.encode(some, { role: 'document' });
    if (!sharesSpace(kernels, space, X, pickRows(T, picked))) {
      throw new ChelatedError(
        'unaligned',
        `student ${student.id} lives in the space of ${space.teacher}, and the vectors of ${teacher.id} are another model's; fit an adapter, or give that teacher's`,
      );
    }
  }
  const alignment = teacherAlignment(map, kernels);
  try {
    return alignment.align(T);
  } finally {
    alignment.free();
  }
}
