import { beforeAll, describe, expect, test } from 'bun:test';
import { staticStudent } from '../../src/encode/static-student.ts';
import type { Kernels } from '../../src/kernels/kernels.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { matrix } from '../../src/matrix.ts';
import { studentFiles } from '../../src/student/student-files.ts';
import { normals } from '../distil/toy.ts';
import { codeOf } from '../encode/code-of.ts';
import { tinyRows, tinyTokenizer, tinyWeights } from '../encode/tiny-student.ts';

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels();
});

const rows = normals(tinyRows, 4, 1);
const basis = matrix(
  4,
  6,
  Float32Array.from({ length: 24 }, (_, i) => (i % 7 === 0 ? 1 : 0)),
);
const teacherSpace = { teacher: 'big', teacherFingerprint: 'abc', basis, centre: new Float32Array(6).fill(0.5) };
const files = (over = {}) =>
  studentFiles({
    ...{ id: 'small', revision: '3', rows, weights: tinyWeights, dtype: 'f32', teacherSpace },
    ...{ tokenizerJson: tinyTokenizer, provenance: { madeBy: 'a test' }, ...over },
  });

describe('studentFiles', () => {
  test('reads back as the student that was written, in every number type', async () => {
    for (const [dtype, error] of [
      ['f32', 1e-6],
      ['f16', 1e-3],
      ['int8', 0.02],
    ] as const) {
      const student = await staticStudent(await files({ dtype }), kernels);
      expect([student.id, student.dims, student.table?.rows.rows]).toEqual(['small', 4, tinyRows]);
      const { vectors } = await student.encode(['cat a dog'], { role: 'query' });
      const exact = await staticStudent(await files({ dtype: 'f32' }), kernels);
      const { vectors: expected } = await exact.encode(['cat a dog'], { role: 'query' });
      vectors.data.forEach((x, i) => {
        expect(Math.abs(x - expected.data[i]!)).toBeLessThan(error);
      });
      student.dispose();
      exact.dispose();
    }
  });

  test('says where the student lives in its teacher’s space', async () => {
    const { teacherSpace: read } = await staticStudent(await files(), kernels);
    expect(read).toEqual(teacherSpace);
    expect((await staticStudent(await files({ teacherSpace: undefined }), kernels)).teacherSpace).toBeUndefined();
  });

  test('a basis that is not the card’s is refused', async () => {
    const made = await files();
    const { basis: _, ...without } = made;
    const damaged = { ...made, basis: made.basis!.slice(0, -1) };
    for (const wrong of [without, damaged]) {
      expect(await codeOf(() => staticStudent(wrong, kernels))).toBe('invalid_input');
    }
  });

  test('the same numbers give the same bytes', async () => {
    expect(await files()).toEqual(await files());
  });
});
