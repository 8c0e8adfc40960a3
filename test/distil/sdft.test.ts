import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { readAdapter } from '../../src/adapter/read-adapter.ts';
import { writeAdapter } from '../../src/adapter/write-adapter.ts';
import { config } from '../../src/config.ts';
import { distil } from '../../src/distil/distil.ts';
import { pickLabelled } from '../../src/distil/labelled-queries.ts';
import { sdft } from '../../src/distil/sdft.ts';
import { fitTrained } from '../../src/distil/train/fit-trained.ts';
import { type Dataset, parseDataset } from '../../src/evaluate/dataset.ts';
import type { JudgedPair } from '../../src/evaluate/judged-pairs.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { pairScore } from '../../src/labelled/pair-score.ts';
import { type Matrix, matrix, row } from '../../src/matrix.ts';
import { normals, toy } from './toy.ts';

const kernels = await loadKernels();
const [n, d] = [160, 8];

/** Queries say with other signs what their documents say; the teacher knows the documents alone. */
function problem() {
  const X = kernels.normalize(normals(n, d, 1));
  const noise = normals(n, d, 2).data;
  const asked = X.data.map((x, e) => (e % 2 === 0 ? x : -x) + 0.1 * noise[e]!);
  const Q = kernels.normalize(matrix(n, d, asked));
  const pairs = Array.from({ length: n }, (_, i) => ({ query: i, document: i }));
  return { X, Q, pairs };
}

async function preDistilled(X: Matrix) {
  const fit = { X, Y: X, teacher: null };
  const options = {
    kind: 'mlp',
    space: 'student',
    ridge: 1e-3,
    intercept: false,
    seed: 1,
    epochs: 1,
    hidden: 16,
  } as const;
  return (await fitTrained(kernels, fit, options)).parts;
}

/** What an mlp adapter in the student's space gives. */
function correct(X: Matrix, { hidden, bias }: Awaited<ReturnType<typeof preDistilled>>): Matrix {
  const inner = kernels.gemm(X, hidden!.into);
  for (let i = 0; i < inner.rows; i++) {
    const h = row(inner, i);
    for (let j = 0; j < h.length; j++) h[j] = Math.max(0, h[j]! + hidden!.bias![j]!);
  }
  const Y = kernels.gemm(inner, hidden!.out);
  return kernels.normalize(
    matrix(
      X.rows,
      d,
      Y.data.map((y, e) => y + X.data[e]! + (bias?.[e % d] ?? 0)),
    ),
  );
}

describe('sdft', () => {
  test('brings queries that it has not seen nearer to their documents, and the same seed gives the same bytes', async () => {
    const { X, Q, pairs } = problem();
    const distilled = await preDistilled(X);
    const split = { fitted: pairs.slice(0, 100), heldOut: pairs.slice(100, 120) };
    const input = { X, Q, distilled, pairs: split, seed: 3, learningRates: [1e-2] };
    const tuned = await sdft(kernels, input);
    const unseen = pairs.slice(120);
    const score = (parts: typeof distilled) => pairScore(kernels, correct(X, parts), correct(Q, parts), unseen);
    expect(score(tuned.parts)).toBeGreaterThan(score(distilled));
    expect(tuned.trained.bestEpoch).toBeGreaterThan(0);
    const again = await sdft(kernels, input);
    expect(again.parts.hidden!.out.data).toEqual(tuned.parts.hidden!.out.data);
  });

  test('refuses an adapter without a hidden layer', async () => {
    const { X, Q, pairs } = problem();
    const distilled = { map: null, bias: null, tokens: null, teacher: null };
    const asked = sdft(kernels, { X, Q, distilled, pairs: { fitted: pairs, heldOut: pairs }, seed: 1 });
    expect(asked).rejects.toThrow('fine-tuning starts from an adapter of kind mlp');
  });
});

/** Judged queries over the toy's documents: six words of each of the first ones. */
function judged(texts: readonly string[], from: number, to: number): Dataset {
  const numbers = Array.from({ length: to - from }, (_, i) => from + i);
  const lines = (records: readonly object[]) => records.map((record) => JSON.stringify(record)).join('\n');
  return parseDataset({
    name: 'toy',
    corpus: lines(texts.map((text, i) => ({ _id: `d${i}`, text }))),
    queries: lines(numbers.map((i) => ({ _id: `q${i}`, text: texts[i]!.split('. ')[1]! }))),
    judgements: numbers.map((i) => `q${i}\td${i}\t1`).join('\n'),
  });
}

describe('distil in mode sdft', async () => {
  const { student, ids, texts, T } = await toy(kernels, 300);
  const base = { documents: { ids, texts }, student, teacherVectors: T, kernels, force: true } as const;
  const labelled = judged(texts, 0, 120);

  test('tunes the offline mlp on judged queries, is judged like any other, and gives the same bytes again', async () => {
    const { parts, card } = await distil({ ...base, mode: 'sdft', labelled });
    expect(card).toMatchObject({ kind: 'mlp', mode: 'sdft', teacher: 'vectors', alpha: null, push: null });
    expect(card.fit.labelledPairs).toBe(96);
    expect(config.labelled.learningRates as readonly unknown[]).toContain(card.fit.labelledRate);
    expect(card.gate!.agreement!.queries).toBe(60);
    const file = await writeAdapter(parts, card);
    expect((await readAdapter(file)).card).toEqual(card);
    const again = await distil({ ...base, mode: 'sdft', labelled });
    expect(await writeAdapter(again.parts, again.card)).toEqual(file);
    const offline = await distil({ ...base, adapter: 'mlp' });
    expect(parts.map).toEqual(offline.parts.map);
    expect(parts.hidden).not.toEqual(offline.parts.hidden);
  });

  test('other queries than those learned from may judge; the same ones may not', async () => {
    const { card } = await distil({ ...base, mode: 'sdft', labelled, judged: judged(texts, 200, 260) });
    expect(card.gate!.judged!.queries).toBe(60);
    const asked = distil({ ...base, mode: 'sdft', labelled, judged: judged(texts, 100, 130) });
    expect(asked).rejects.toThrow('what is learned from cannot judge');
  });

  test('refuses labels without the mode, the mode without labels, and another kind than mlp', async () => {
    expect(distil({ ...base, mode: 'sdft' })).rejects.toThrow('give both or neither; got mode sdft');
    expect(distil({ ...base, labelled })).rejects.toThrow('give both or neither; got mode offline');
    expect(distil({ ...base, mode: 'sdft', labelled, adapter: 'lexical' })).rejects.toThrow('got lexical');
    const { card, steps } = await distil({
      ...base,
      teacherVectors: undefined,
      mode: 'sdft',
      labelled,
      fallback: true,
    });
    expect([card.mode, card.kind, steps.length]).toEqual(['baseline', 'lexical', 1]);
    const few = distil({ ...base, mode: 'sdft', labelled: judged(texts, 0, 1) });
    expect(few).rejects.toMatchObject({ code: 'too_few_documents' });
  });
});

describe('pickLabelled', () => {
  test('keeps the pairs of the documents named, in their new places, and no other', () => {
    const pair = fc.record({ query: fc.nat(9), document: fc.nat(19) });
    fc.assert(
      fc.property(fc.array(pair), fc.array(pair), fc.uniqueArray(fc.nat(19)), (fitted, heldOut, rows) => {
        const picked = pickLabelled({ Q: normals(10, 3, 1), pairs: { fitted, heldOut } }, rows).pairs;
        const back = (of: readonly JudgedPair[]) =>
          of.map(({ query, document }) => ({ query, document: rows[document]! }));
        const left = (of: typeof fitted) => of.filter(({ document }) => rows.includes(document));
        expect([back(picked.fitted), back(picked.heldOut)]).toEqual([left(fitted), left(heldOut)]);
      }),
    );
  });
});
