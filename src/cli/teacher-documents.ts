import type { Adapter } from '../adapter/adapter.ts';
import { sharesSpace, spaceMap } from '../adapter/shared-space.ts';
import { teacherAlignment } from '../adapter/teacher-alignment.ts';
import { config } from '../config.ts';
import type { Encoder } from '../encode/encoder.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, pickRows } from '../matrix.ts';
import type { PlacedText } from './correct-texts.ts';

/**
 * The teacher's own vectors of documents where queries of the student can be searched in: through the adapter, or, without
 * one, through the student's own place in its teacher's space.
 *
 * Vectors that do not say which model made them are compared with the student's of a few documents first.
 *
 * @throws {ChelatedError} unaligned when the student does not live in this teacher's space, shape_mismatch
 */
export async function teacherDocuments(
  vectors: Matrix,
  documents: readonly PlacedText[],
  parties: { student: Encoder; teacher: Encoder; adapter: Adapter | null; kernels: Kernels },
): Promise<Matrix> {
  const { student, teacher, adapter, kernels } = parties;
  if (adapter) return adapter.alignTeacher(vectors);
  const space = student.teacherSpace;
  const map = spaceMap(space, student.id);
  if (space && teacher.baseFingerprint !== space.teacherFingerprint) {
    const step = Math.max(1, Math.floor(documents.length / config.makeStudent.sharedSpaceDocuments));
    const picked = Array.from(documents.keys()).filter((i) => i % step === 0);
    const texts = picked.map((i) => documents[i]!.text);
    const { vectors: X } = await student.encode(texts, { role: 'document' });
    if (!sharesSpace(kernels, space, X, pickRows(vectors, picked))) {
      throw new ChelatedError(
        'unaligned',
        `student ${student.id} lives in the space of ${space.teacher}, and the vectors of ${teacher.id} are another model's; fit an adapter, or give that teacher's`,
      );
    }
  }
  const alignment = teacherAlignment(map, kernels);
  try {
    return alignment.align(vectors);
  } finally {
    alignment.free();
  }
}
