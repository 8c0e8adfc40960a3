import { describe, expect, test } from 'bun:test';
import { fitTrained } from '../../src/distil/train/fit-trained.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { pairScore } from '../../src/labelled/pair-score.ts';
import { sdft } from '../../src/labelled/sdft.ts';
import { type Matrix, matrix, row } from '../../src/matrix.ts';
import { normals } from '../distil/toy.ts';

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
    const input = { X, Q, distilled, pairs: split, seed: 3, learningRate: 1e-2 };
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
    const asked = sdft(kernels, { X, Q, distilled, pairs: { fitted: pairs, heldOut: [] }, seed: 1 });
    expect(asked).rejects.toThrow('fine-tuning starts from an adapter of kind mlp');
  });
});
