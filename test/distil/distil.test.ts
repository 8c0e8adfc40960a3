import { describe, expect, test } from 'bun:test';
import { readAdapter } from '../../src/adapter/read-adapter.ts';
import { writeAdapter } from '../../src/adapter/write-adapter.ts';
import { distil } from '../../src/distil/distil.ts';
import type { DistilOptions } from '../../src/distil/distil-options.ts';
import { refusedResult } from '../../src/distil/refused-result.ts';
import { splitDocuments } from '../../src/distil/split-documents.ts';
import type { Encoder } from '../../src/encode/encoder.ts';
import { ChelatedError } from '../../src/errors.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { type Matrix, matrix, pickRows, row } from '../../src/matrix.ts';
import { normals, toy } from './toy.ts';

const kernels = await loadKernels();
const { student, ids, texts, T } = await toy(kernels, 400);
const documents = { ids, texts };
const base = { documents, student, teacherVectors: T, kernels } satisfies DistilOptions;

/** A student whose vectors are the teacher's own: nothing is left to learn. */
const master: Encoder = {
  ...student,
  id: 'master',
  dims: T.dims,
  baseFingerprint: 'master',
  tokenizer: student.tokenizer,
  maxTokens: student.maxTokens,
  precomputed: true,
  encode: async (asked, { positions }) => ({ vectors: pickRows(T, positions ?? asked.map((_, i) => i)), failed: [] }),
  tokenize: (asked) => student.tokenize(asked),
  dispose: () => {},
};
const refusing: DistilOptions = { ...base, student: master, adapter: 'orthogonal' };

const refusal = (options: DistilOptions) =>
  distil(options).then(
    () => null,
    (error) => error as ChelatedError,
  );

describe('distil', () => {
  test('learns what the teacher knows, and the gate sees it', async () => {
    for (const adapter of ['lexical', 'residual'] as const) {
      const { card, parts, steps } = await distil({ ...base, adapter });
      expect(card).toMatchObject({
        kind: adapter,
        mode: 'offline',
        documents: 400,
        failed: 0,
        teacher: 'vectors',
        dIn: 16,
        dOut: 24,
      });
      expect(card.gate).toMatchObject({ promoted: true, forced: false, heldOut: 80 });
      expect(card.gate!.agreement!.candidate).toBeGreaterThan(card.gate!.agreement!.student);
      expect(parts.teacher?.mean.length).toBe(24);
      expect(steps).toEqual([]);
    }
  });

  test('gives the same bytes for the same seed, and another gate for another', async () => {
    const file = async (seed: number) => {
      const { parts, card } = await distil({ ...base, seed, mode: 'hybrid', force: true });
      return { bytes: await writeAdapter(parts, card), card };
    };
    const [first, again, other] = [await file(3), await file(3), await file(4)];
    expect(again.bytes).toEqual(first.bytes);
    expect(other.card.gate?.agreement).not.toEqual(first.card.gate?.agreement);
    expect((await readAdapter(first.bytes)).card).toEqual(first.card);
  });

  test('judges a fit that has not seen the held-out documents: what their teacher says leaves it as it is', async () => {
    const lied = matrix(T.rows, T.dims, T.data.slice());
    const noise = kernels.normalize(normals(T.rows, T.dims, 99));
    for (const i of splitDocuments(T.rows, 0).heldOut) row(lied, i).set(row(noise, i));
    for (const more of [{}, { adapter: 'affine' }, { mode: 'hybrid', adapter: 'residual' }] as const) {
      // Inverse cloze asks no teacher: it sees the judged fit alone.
      const judged = async (teacherVectors: Matrix) => {
        const { fit, gate } = (await distil({ ...base, ...more, teacherVectors, force: true })).card;
        return [gate?.inverseCloze, fit.weighting, fit.prior, fit.lambda, fit.ridge, fit.intercept];
      };
      expect(await judged(lied)).toEqual(await judged(T));
    }
  });

  test('chooses on documents that neither the judgement nor the fits compared have for their own', async () => {
    const asked: string[][] = [];
    const watched: Encoder = {
      ...student,
      dispose: () => {},
      tokenize: (given) => student.tokenize(given),
      encode: (given, options) => {
        if (options.role === 'query') asked.push([...given]);
        return student.encode(given, options);
      },
    };
    await distil({ ...base, student: watched });
    const { heldIn } = splitDocuments(texts.length, 0);
    const { heldOut } = splitDocuments(heldIn.length, 0);
    expect(asked[0]?.length).toBe(heldOut.length);
    asked[0]!.forEach((window, i) => {
      expect(texts[heldIn[heldOut[i]!]!]).toContain(window);
    });
  });

  test('hybrid with α = 0 has the parts of baseline, and with α = 1 those of offline', async () => {
    const of = async (more: Partial<DistilOptions>) =>
      (await distil({ ...base, force: true, adapter: 'affine', ...more })).parts;
    expect(await of({ mode: 'hybrid', alpha: 0 })).toEqual(await of({ mode: 'baseline' }));
    expect(await of({ mode: 'hybrid', alpha: 1 })).toEqual(await of({ mode: 'offline' }));
  });

  test('a document with a failed teacher row leaves the fit as if it were absent', async () => {
    const bad = new Set([5, 17, 333]);
    const holed = matrix(T.rows, T.dims, T.data.slice());
    row(holed, 5).fill(0);
    row(holed, 17).fill(Number.NaN);
    row(holed, 333)[2] = Infinity;
    const kept = ids.map((_, i) => i).filter((i) => !bad.has(i));
    const without = { ids: kept.map((i) => ids[i]!), texts: kept.map((i) => texts[i]!) };
    const masked = await distil({ ...base, teacherVectors: holed });
    const absent = await distil({ ...base, documents: without, teacherVectors: pickRows(T, kept) });
    expect(masked.parts).toEqual(absent.parts);
    expect([masked.card.failed, masked.card.documents, absent.card.failed]).toEqual([3, 397, 0]);
  });

  test('cuts the width with dims, for the teacher as well', async () => {
    const { card, parts } = await distil({ ...base, dims: 8 });
    expect([card.dOut, parts.tokens?.rows.dims, parts.teacher?.map?.dims]).toEqual([8, 8, 8]);
  });

  test('stays in the width of the student in its space', async () => {
    const { card } = await distil({ ...base, space: 'student', mode: 'hybrid', alpha: 0.8, force: true });
    expect([card.dOut, card.outputSpace, card.alpha, card.push]).toEqual([16, 'student', 0.8, 0.1]);
  });

  test('refuses what does not help, and the error carries it', async () => {
    const error = await refusal(refusing);
    expect(error?.code).toBe('gate_refused');
    const refused = refusedResult(error);
    expect(refused?.card.gate).toMatchObject({ promoted: false, forced: false, inverseCloze: null });
    expect(refused?.parts.map?.dims).toBe(24);
    expect((await distil({ ...refusing, force: true })).card.gate).toMatchObject({ promoted: false, forced: true });
  });

  test('refuses too few documents', async () => {
    const few = {
      documents: { ids: ids.slice(0, 100), texts: texts.slice(0, 100) },
      teacherVectors: pickRows(
        T,
        Array.from({ length: 100 }, (_, i) => i),
      ),
    };
    expect((await refusal({ ...base, ...few }))?.code).toBe('too_few_documents');
    expect((await distil({ ...base, ...few, force: true })).card.gate?.reason).toMatch(/100 documents are too few/);
  });

  test('refuses options that make no sense', async () => {
    const codes = async (more: Partial<DistilOptions>) => (await refusal({ ...base, ...more }))?.code;
    const { teacherVectors: _, ...untaught } = base;
    expect((await refusal({ ...untaught, mode: 'offline' }))?.code).toBe('invalid_input');
    expect(await codes({ mode: 'hybrid', alpha: 1.5 })).toBe('invalid_input');
    expect(await codes({ push: -1, mode: 'hybrid' })).toBe('invalid_input');
    expect(await codes({ dims: 25 })).toBe('invalid_input');
    // From JavaScript, where no compiler looks.
    for (const name of ['mode', 'adapter', 'space']) {
      expect(await codes({ [name]: 'typo' }), name).toBe('invalid_input');
    }
    expect(await codes({ teacherVectors: pickRows(T, [0, 1, 2]) })).toBe('shape_mismatch');
    expect(await codes({ unaligned: true, mode: 'hybrid' })).toBe('unaligned');
  });

  test('steps down from a failing teacher to baseline, then to the vectors unchanged, and says so', async () => {
    const broken: Encoder = {
      ...master,
      id: 'broken',
      encode: () => Promise.reject(new ChelatedError('backend_failed', 'the teacher does not answer')),
    };
    const { teacherVectors: _, ...own } = base;
    const { card, parts, steps } = await distil({ ...own, teacher: broken, fallback: true });
    expect(steps[0]).toMatch(/^offline → baseline: .*does not answer/);
    expect(steps[1]).toMatch(/^baseline → identity: the gate refused/);
    expect([card.kind, card.teacher, parts.map]).toEqual(['identity', null, null]);
    await writeAdapter(parts, card);
    expect((await refusal({ ...own, teacher: broken }))?.code).toBe('backend_failed');
    expect((await distil({ ...own, mode: 'offline', fallback: true })).steps.length).toBe(2);
    expect((await refusal({ ...base, push: -1, fallback: true }))?.code).toBe('invalid_input');
  });

  test('needs no teacher in baseline mode, and asks none', async () => {
    const silent: Encoder = {
      ...master,
      encode: () => Promise.reject(new Error('baseline mode must not ask the teacher')),
    };
    const { teacherVectors: _, ...own } = base;
    const { card, parts } = await distil({ ...own, teacher: silent, mode: 'baseline', force: true });
    expect([card.teacher, card.outputSpace, card.dOut, parts.teacher, card.push]).toEqual([
      null,
      'student',
      16,
      null,
      0.1,
    ]);
  });

  test('stops when it is aborted', async () => {
    const signal = AbortSignal.abort(new Error('stop here'));
    await expect(distil({ ...base, signal, fallback: true })).rejects.toThrow('stop here');
  });

  test('lets judged queries decide', async () => {
    const queries = Array.from({ length: 60 }, (_, i) => ({ id: `q${i}`, text: texts[i]!.split('. ')[0]! }));
    const found = (i: number) => {
      const scores = kernels.topK(T, matrix(1, T.dims, row(T, i).slice()), 5);
      return new Map(Array.from(scores.indices, (at) => [`d${at}`, 1]));
    };
    const judged = {
      name: 'toy',
      documents: ids.map((id, i) => ({ id, text: texts[i]! })),
      queries,
      judgements: new Map(queries.map(({ id }, i) => [id, found(i)])),
      counts: {
        repeatedDocuments: 0,
        repeatedQueries: 0,
        repeatedJudgements: 0,
        unknownDocuments: 0,
        unknownQueries: 0,
      },
    };
    const { card } = await distil({ ...base, judged });
    expect(card.gate?.judged?.queries).toBe(60);
    expect(card.gate?.reason).toMatch(/judged nDCG rose/);
  });
});
