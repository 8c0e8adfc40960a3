import { beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sharedSpaceCosine } from '../../src/adapter/shared-space.ts';
import { config } from '../../src/config.ts';
import { cachedEncoder } from '../../src/encode/cache/cached-encoder.ts';
import { staticEncoder } from '../../src/encode/static-encoder.ts';
import type { Kernels } from '../../src/kernels/kernels.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { matrix, row } from '../../src/matrix.ts';
import { type MadeStudent, makeStudent, type StudentStep } from '../../src/student/make-student.ts';
import { vocabulary } from '../distil/toy.ts';
import { codeOf } from '../encode/code-of.ts';
import { toyStart, toyTeacher, toyTexts } from './toy-general.ts';

let kernels: Kernels;
let made: MadeStudent;
const texts = toyTexts(1500, 1);
const make = (over: Partial<Parameters<typeof makeStudent>[0]> = {}) =>
  makeStudent({ kernels, teacher: toyTeacher(kernels), start: toyStart(), texts, dims: 16, ...over });

beforeAll(async () => {
  kernels = await loadKernels();
  made = await make();
});

describe('makeStudent', () => {
  test('comes nearer to the teacher on held-out texts than the table it started from', () => {
    expect(made.heldOut.fitted).toBeGreaterThan(made.heldOut.raw + 0.1);
    expect(made.heldOut.fitted).toBeGreaterThan(0.8);
  });

  test('holds every hundredth text out, and composes paragraphs from the others alone', async () => {
    const teacher = toyTeacher(kernels);
    const { texts: fitted, heldOutTexts, paragraphs } = await make({ teacher });
    expect([fitted, heldOutTexts]).toEqual([1485, 15]);
    expect(paragraphs).toBe(Math.round(1485 * 0.15));
    const held = texts.filter((_, i) => i % 100 === 99);
    const composed = teacher.asked.slice(1500, 1500 + paragraphs);
    for (const paragraph of composed) for (const text of held) expect(paragraph).not.toContain(text);
  });

  test('takes the least λ that is hardly worse than the best on what was held out', () => {
    const { lambdas } = made.heldOut;
    const best = Math.max(...Object.values(lambdas));
    expect(lambdas[made.lambda]).toBeGreaterThan(best - 0.05);
    for (const [lambda, cosine] of Object.entries(lambdas)) {
      if (Number(lambda) < made.lambda) expect(cosine).toBeLessThan(best);
    }
  });

  test('lives in its teacher’s space: the basis is orthonormal, and takes its vectors to the teacher’s', async () => {
    const { basis, centre, rows, weights } = made;
    const products = kernels.gemm(basis, basis, { transposeB: true });
    products.data.forEach((x, i) => {
      expect(x).toBeCloseTo(i % 17 === 0 ? 1 : 0, 5);
    });
    const student = await staticEncoder(
      { id: 's', revision: '1', table: { rows, weights }, tokenizer: toyStart().tokenizer },
      kernels,
    );
    const unseen = toyTexts(200, 9);
    const X = (await student.encode(unseen, { role: 'query' })).vectors;
    const space = { teacher: 't', teacherFingerprint: 'f', basis, centre };
    const own = (await toyTeacher(kernels).encode(unseen, { role: 'document' })).vectors;
    const other = (await toyTeacher(kernels, { seed: 77 }).encode(unseen, { role: 'document' })).vectors;
    expect(sharedSpaceCosine(kernels, space, X, own)).toBeGreaterThan(0.8);
    expect(Math.abs(sharedSpaceCosine(kernels, space, X, other))).toBeLessThan(0.3);
    expect(sharedSpaceCosine(kernels, space, X, matrix(200, 23))).toBe(0);
  });

  test('the same texts and seed give the same numbers', async () => {
    const again = await make();
    expect(again.rows).toEqual(made.rows);
    expect(again.basis).toEqual(made.basis);
    expect([again.lambda, again.heldOut]).toEqual([made.lambda, made.heldOut]);
  });

  test('stopped anywhere and run again, it embeds what is missing alone, and comes out the same to the last bit', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'chelated-resume-'));
    const many = toyTexts(config.makeStudent.chunkTexts + 500, 2);
    const { seconds: _, ...whole } = await make({ texts: many });
    const teacher = toyTeacher(kernels);
    const run = async (stopIn?: StudentStep) => {
      const controller = new AbortController();
      const known: number[] = [];
      const onProgress = (step: StudentStep, share: number, had = 0) => {
        if (step === 'texts') known.push(had);
        if (step === stopIn && share > 0) controller.abort(new Error('stopped'));
      };
      const cached = cachedEncoder(teacher, { directory });
      try {
        return { known, made: await make({ texts: many, teacher: cached, signal: controller.signal, onProgress }) };
      } finally {
        cached.dispose();
      }
    };
    try {
      // After the first chunk of texts, before the paragraphs, between the fitted and the held-out ones.
      for (const step of ['texts', 'composing', 'paragraphs'] as const) {
        await expect(run(step)).rejects.toThrow('stopped');
      }
      const { made: again, known } = await run();
      expect(known.at(-1)).toBe(1);
      const { seconds: __, ...resumed } = again;
      expect(resumed).toEqual(whole);
      expect(new Set(teacher.asked).size).toBe(teacher.asked.length);
      const before = teacher.asked.length;
      await run();
      expect(teacher.asked.length).toBe(before);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  test('a text that the teacher cannot embed has no part in it', async () => {
    const some = texts.slice(0, 300);
    const without = await make({ texts: some });
    const withBroken = await make({ texts: [...some, 'broken w1 w2'] });
    expect(withBroken.rows).toEqual(without.rows);
  });

  test('a token that no text has keeps what the start says of it', async () => {
    const rare = vocabulary - 1;
    const some = texts.filter((text) => !new RegExp(`\\bw${rare}\\b`).test(text));
    const { rows } = await make({ texts: some });
    expect(row(rows, rare).some((x) => x !== 0)).toBe(true);
  });

  test('throws too_few_documents below a hundred texts', async () => {
    expect(await codeOf(() => make({ texts: texts.slice(0, 99) }))).toBe('too_few_documents');
  });

  test('throws gate_refused when it is no better than what it started from', async () => {
    // A teacher that means the opposite by whatever is held out: who has learned more is further off.
    const teacher = toyTeacher(kernels);
    const held = texts.filter((_, i) => i % 100 === 99).map((text) => text.slice(text.indexOf(': ') + 2));
    const isHeld = (text: string) => held.some((body) => text.includes(body));
    const encode: typeof teacher.encode = async (asked, options) => {
      const { vectors, failed } = await teacher.encode(asked, options);
      const data = vectors.data.map((x, i) => (isHeld(asked[Math.floor(i / vectors.dims)]!) ? -x : x));
      return { vectors: { ...vectors, data }, failed };
    };
    expect(await codeOf(() => make({ teacher: { ...teacher, encode } }))).toBe('gate_refused');
  });

  test('stops when it is told to', async () => {
    await expect(make({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});
