import type { Encoder } from '../encode/encoder.ts';
import { joinTeachers } from './join-teachers.ts';
import { learnTeacherWeights } from './learn-teacher-weights.ts';
import { type TaughtDocuments, type TeachingInput, taughtBy } from './taught-documents.ts';

/**
 * Several teachers as one, each with the weight that held-out documents give it: `learnTeacherWeights`, then
 * `joinTeachers`.
 *
 * @throws {ChelatedError} what the encoders, the fits and `joinTeachers` throw
 */
export async function teachJointly(input: TeachingInput, teachers: readonly Encoder[]): Promise<TaughtDocuments> {
  const { documents, student, kernels, seed, signal } = input;
  const vectors = [];
  for (const teacher of teachers) vectors.push(await taughtBy(input, teacher, documents));
  const options = { documents, student, kernels, ...(seed !== undefined && { seed }), ...(signal && { signal }) };
  const weights = await learnTeacherWeights(options, vectors);
  return {
    vectors: joinTeachers(kernels, vectors, weights).documents,
    id: teachers.map(({ id }) => id).join(' + '),
    figures: Object.fromEntries(teachers.map(({ id }, i) => [`weight of ${id}`, weights[i]!])),
  };
}
