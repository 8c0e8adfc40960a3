import { beforeAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { teacherDocuments } from '../../src/adapter/teacher-documents.ts';
import type { Encoder } from '../../src/encode/encoder.ts';
import { openEncoder } from '../../src/encode/open-encoder.ts';
import { readDataset } from '../../src/evaluate/read-dataset.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { type Matrix, matrix, row } from '../../src/matrix.ts';
import { normals, toy } from '../distil/toy.ts';
import { codeOf } from '../encode/code-of.ts';

const kernels = await loadKernels();
const sample = join(import.meta.dirname, '../../assets/sample');
let student: Encoder;
let teacher: Encoder;
let texts: readonly string[];
let T: Matrix;
beforeAll(async () => {
  student = await openEncoder('static', { kernels });
  teacher = await openEncoder(`vectors:${join(sample, 'teacher/documents.safetensors')}`, { kernels });
  const documents = (await readDataset(sample)).documents.slice(0, 300);
  texts = documents.map(({ text }) => text);
  T = (await teacher.encode(texts, { role: 'document', ids: documents.map(({ id }) => id) })).vectors;
});

describe('teacherDocuments', () => {
  test('are unit rows where the student’s vector of the same text is the nearest', async () => {
    const rows = await teacherDocuments(T, { student, teacher, texts, kernels });
    expect([rows.rows, rows.dims]).toEqual([texts.length, student.dims]);
    const index = kernels.hold(rows);
    const { indices } = kernels.topK(index, (await student.encode(texts, { role: 'query' })).vectors, 1);
    index.free();
    texts.forEach((_, i) => {
      expect(Math.abs(Math.hypot(...row(rows, i)) - 1)).toBeLessThan(1e-5);
    });
    expect(indices.filter((found, i) => found === i).length).toBeGreaterThan(0.95 * texts.length);
  });

  test('a document that the teacher failed on stays without a vector', async () => {
    const holed = matrix(T.rows, T.dims, T.data.slice());
    row(holed, 3).fill(0);
    const [whole, rows] = [
      await teacherDocuments(T, { student, teacher, texts, kernels }),
      await teacherDocuments(holed, { student, teacher, texts, kernels }),
    ];
    expect(row(rows, 3).every((x) => x === 0)).toBe(true);
    expect(row(rows, 4)).toEqual(row(whole, 4));
  });

  test('throws unaligned for another model’s vectors, of whatever width, and for a student of no teacher', async () => {
    for (const other of [kernels.normalize(normals(T.rows, T.dims, 1)), normals(T.rows, 100, 1)]) {
      expect(await codeOf(() => teacherDocuments(other, { student, teacher, texts, kernels }))).toBe('unaligned');
    }
    const { student: nobody } = await toy(kernels, 10);
    expect(await codeOf(() => teacherDocuments(T, { student: nobody, teacher, texts, kernels }))).toBe('unaligned');
  });

  test('takes the word of the student’s own teacher, and throws shape_mismatch where its vectors are of another width', async () => {
    const own = { id: 'own', baseFingerprint: student.teacherSpace!.teacherFingerprint };
    const known = (rows: Matrix) => teacherDocuments(rows, { student, teacher: own, texts, kernels });
    expect(await known(T)).toEqual(await teacherDocuments(T, { student, teacher, texts, kernels }));
    expect(await codeOf(() => known(normals(T.rows, 100, 1)))).toBe('shape_mismatch');
  });
});
