import type { Matrix } from '../matrix.ts';
import { distil } from './distil.ts';
import type { DistilOptions } from './distil-options.ts';
import { teacherWeights } from './join-teachers.ts';

/**
 * Learns how much each of several teachers should say, without labels: distils from each alone and compares how far the
 * held-out documents then find that teacher's neighbours. Non-negative weights that sum to one, for `joinTeachers`.
 */
export async function learnTeacherWeights(
  options: Omit<DistilOptions, 'teacher' | 'teacherVectors' | 'teacherId'>,
  teachers: readonly Matrix[],
): Promise<number[]> {
  const agreements: number[] = [];
  for (const teacherVectors of teachers) {
    const { card } = await distil({ ...options, teacherVectors, mode: 'offline', force: true });
    agreements.push(card.gate?.agreement?.candidate ?? 0);
  }
  return teacherWeights(agreements);
}
