import { beforeAll, describe, expect, test } from 'bun:test';
import { kernelsAdapter } from '../../src/adapter/kernels-adapter.ts';
import { distil } from '../../src/distil/distil.ts';
import { type FitPlan, fitData } from '../../src/distil/fit-plan.ts';
import type { Encoder } from '../../src/encode/encoder.ts';
import { readTokens } from '../../src/encode/read-tokens.ts';
import { staticEncoder } from '../../src/encode/static-encoder.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { type Matrix, row } from '../../src/matrix.ts';
import { makeStudent } from '../../src/student/make-student.ts';
import { toyStart, toyTeacher, toyTexts } from '../student/toy-general.ts';
import { toyTokenizer, vocabulary } from './toy.ts';

const kernels = await loadKernels();
const document = { role: 'document' } as const;
const texts = toyTexts(200, 9);
const unseen = toyTexts(200, 10);
const vectorsOf = async (seed: number, of = texts) =>
  (await toyTeacher(kernels, { seed }).encode(of, document)).vectors;

/** A student that a teacher made, and the same without a word of where it lives. */
let student: Encoder;
let homeless: Encoder;
let own: Matrix;
let foreign: Matrix;
beforeAll(async () => {
  const { rows, weights, basis, centre } = await makeStudent({
    ...{ kernels, teacher: toyTeacher(kernels), start: toyStart(), texts: toyTexts(1500, 1), dims: 16 },
  });
  const teacherSpace = { teacher: 'toy', teacherFingerprint: 'toy-teacher-3', basis, centre };
  const model = { id: 'made', revision: '1', table: { rows, weights }, tokenizer: toyTokenizer };
  student = await staticEncoder({ ...model, teacherSpace }, kernels);
  homeless = await staticEncoder(model, kernels);
  [own, foreign] = [await vectorsOf(3), await vectorsOf(77)];
});

async function basisFor(T: Matrix | null, over: Partial<FitPlan> = {}) {
  const plan: FitPlan = {
    ...{
      kernels,
      student,
      teacherId: null,
      kind: 'lexical',
      mode: 'offline',
      alpha: 1,
      push: 0,
      space: 'teacher',
      seed: 0,
    },
    ...over,
  };
  const { vectors: X } = await plan.student.encode(texts, document);
  const corpus = {
    texts,
    X,
    T,
    bags: readTokens(texts, toyTokenizer),
    table: plan.student.table!,
    vocabulary,
    events: null,
  };
  const { targets, data } = fitData(plan, corpus);
  return { basis: data.basis, teacher: targets.teacher };
}

describe('fitData', () => {
  test('starts from the student’s own place in its teacher’s space where the vectors are its teacher’s', async () => {
    expect((await basisFor(own)).basis).toEqual(student.teacherSpace!.basis);
  });

  test('follows where the teacher’s space is cut to fewer dimensions', async () => {
    const { basis, teacher } = await basisFor(own, { dims: 10 });
    expect(basis).toEqual(kernels.gemm(student.teacherSpace!.basis, teacher!.map!));
    expect(basis!.dims).toBe(10);
  });

  test('starts from no such place for another model’s vectors, none, the student’s space, or a student of no teacher', async () => {
    expect((await basisFor(foreign)).basis).toBeNull();
    expect((await basisFor(null, { mode: 'baseline' })).basis).toBeNull();
    expect((await basisFor(own, { space: 'student' })).basis).toBeNull();
    expect((await basisFor(own, { student: homeless })).basis).toBeNull();
  });
});

describe('distil of a student that a teacher made', () => {
  const fit = (T: Matrix, by = student, count = texts.length) =>
    distil({
      documents: { ids: texts.slice(0, count).map((_, i) => `d${i}`), texts: texts.slice(0, count) },
      ...{ student: by, kernels, adapter: 'lexical', force: true },
      teacherVectors: { ...T, rows: count, data: T.data.slice(0, count * T.dims) },
    });
  /** Cosine of two maps as numbers in a row: 1 where one is the other times a number. */
  const likeness = (A: Matrix, B: Matrix) =>
    kernels.dot(A.data, B.data) / Math.hypot(...A.data) / Math.hypot(...B.data);

  test('its tokens go to the teacher’s space by its own basis, to scale, and to another’s by a map that is fitted', async () => {
    const { basis } = student.teacherSpace!;
    expect(likeness((await fit(own)).parts.map!, basis)).toBeCloseTo(1, 5);
    expect(Math.abs(likeness((await fit(foreign)).parts.map!, basis))).toBeLessThan(0.5);
    expect(likeness((await fit(own, homeless)).parts.map!, basis)).toBeLessThan(0.99);
  });

  test('from a few documents comes nearer to the teacher, on texts not seen, than through a fitted map', async () => {
    const T = await vectorsOf(3, unseen);
    const nearness = async (by: Encoder) => {
      const { parts, card } = await fit(own, by, 30);
      const adapter = kernelsAdapter({ parts, card }, { kernels, table: by.table! });
      const corrected = await adapter.correct({ tokens: by.tokenize(unseen) });
      const aligned = await adapter.alignTeacher(T);
      await adapter.dispose();
      return unseen.reduce((sum, _, i) => sum + kernels.dot(row(corrected, i), row(aligned, i)), 0) / unseen.length;
    };
    expect(await nearness(student)).toBeGreaterThan((await nearness(homeless)) + 0.02);
  });
});
