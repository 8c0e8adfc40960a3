import type { Encoder } from '../encode/encoder.ts';
import { staticStudent } from '../encode/static-student.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { buildStudent } from '../student/build-student.ts';
import { modelAtHand } from './lab-encoder.ts';

let newest: { model: string; student: Promise<Encoder> } | undefined;

/**
 * A static student by model2vec's recipe: the teacher's vectors of single tokens, PCA, SIF weights, nothing learned. The
 * newest is kept, since a transformer has to embed a vocabulary for it. Null where the teacher's model is not at
 * hand.
 *
 * @throws {ChelatedError} what opening the model throws
 */
export async function model2vecRecipe(kernels: Kernels, teacher: string): Promise<Encoder | null> {
  const model = await modelAtHand(teacher);
  if (model === null || model.startsWith('openai:')) return null;
  if (newest?.model !== model) newest = { model, student: make() };
  return newest.student;

  async function make(): Promise<Encoder> {
    const { files } = await buildStudent({ kernels, teacher: model!, raw: true, id: 'model2vec’s recipe' });
    return staticStudent(files, kernels);
  }
}
