import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { mapTeacher } from '../../src/distil/align.ts';
import { joinTeachers, teacherWeights } from '../../src/distil/join-teachers.ts';
import { learnTeacherWeights } from '../../src/distil/learn-teacher-weights.ts';
import { meanRow } from '../../src/distil/mean-row.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { type Matrix, row } from '../../src/matrix.ts';
import { normals, toy } from './toy.ts';

const kernels = await loadKernels();
const dot = (x: ArrayLike<number>, y: ArrayLike<number>) =>
  Array.from(x, (v, i) => v * y[i]!).reduce((a, b) => a + b, 0);
const centred = (T: Matrix) =>
  kernels.normalize(mapTeacher(kernels, T, { mean: Float32Array.from(meanRow(T)), map: null }));

describe('joinTeachers', () => {
  test('the cosine is the weighted mean of the teachers’ cosines, and rows have unit length', () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (seed, w) => {
        const teachers = [normals(9, 5, seed), normals(9, 8, seed + 1)];
        const { documents } = joinTeachers(kernels, teachers, [w, 1 - w]);
        const [A, B] = teachers.map(centred) as [Matrix, Matrix];
        for (let i = 0; i < 9; i++) {
          const expected = w * dot(row(A, 0), row(A, i)) + (1 - w) * dot(row(B, 0), row(B, i));
          expect(dot(row(documents, 0), row(documents, i))).toBeCloseTo(expected, 4);
          expect(dot(row(documents, i), row(documents, i))).toBeCloseTo(1, 4);
        }
      }),
    );
  });

  test('joins other texts as it joined the documents', () => {
    const teachers = [normals(6, 4, 1), normals(6, 3, 2)];
    const { documents, join } = joinTeachers(kernels, teachers, [0.3, 0.7]);
    expect(join(teachers).data).toEqual(documents.data);
  });

  test('a document that one teacher failed on has no vector', () => {
    const teachers = [normals(6, 4, 1), normals(6, 3, 2)];
    row(teachers[1]!, 4).fill(0);
    const { documents } = joinTeachers(kernels, teachers, [0.5, 0.5]);
    expect(row(documents, 4).every((x) => x === 0)).toBe(true);
    expect(row(documents, 3).some((x) => x !== 0)).toBe(true);
  });

  test('refuses weights that do not sum to one, and teachers of other documents', () => {
    const teachers = [normals(6, 4, 1), normals(5, 3, 2)];
    expect(() => joinTeachers(kernels, teachers, [0.5, 0.6])).toThrow('that sum to 1, got [0.5, 0.6]');
    expect(() => joinTeachers(kernels, teachers, [0.5, 0.5])).toThrow('teacher 2: expected 6 × 3, got 5 × 3');
  });
});

describe('teacherWeights', () => {
  test('are at least 0, sum to one, and keep the order of the agreements', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 5 }),
        (agreements) => {
          const weights = teacherWeights(agreements);
          expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
          for (const [i, a] of agreements.entries()) {
            expect(weights[i]!).toBeGreaterThanOrEqual(0);
            for (const [j, b] of agreements.entries())
              if (a > b) expect(weights[i]!).toBeGreaterThanOrEqual(weights[j]!);
          }
        },
      ),
    );
  });
});

describe('learnTeacherWeights', () => {
  test('gives more to a teacher that can be learned from than to one that knows nothing', async () => {
    const { student, ids, texts, T } = await toy(kernels, 300);
    const noise = kernels.normalize(normals(300, 24, 9));
    const weights = await learnTeacherWeights({ documents: { ids, texts }, student, kernels }, [T, noise]);
    expect(weights[0]!).toBeGreaterThan(0.6);
  });
});
