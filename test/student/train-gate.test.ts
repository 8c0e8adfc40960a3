import { beforeAll, describe, expect, test } from 'bun:test';
import { config } from '../../src/config.ts';
import type { Encoder } from '../../src/encode/encoder.ts';
import { readTokens } from '../../src/encode/read-tokens.ts';
import { staticEncoder } from '../../src/encode/static-encoder.ts';
import type { Kernels } from '../../src/kernels/kernels.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { matrix, row } from '../../src/matrix.ts';
import { type MadeStudent, makeStudent } from '../../src/student/make-student.ts';
import { trainGate } from '../../src/student/train-gate.ts';
import { normals, toyTokenizer, vocabulary } from '../distil/toy.ts';
import { toyStart, toyTexts } from './toy-general.ts';

/** A teacher that hears a word the better the nearer it is to what the whole text is about. */
function attentiveTeacher(kernels: Kernels, attention: number): Encoder {
  const dims = 12;
  const meaning = normals(vocabulary, dims, 3);
  return {
    ...{ id: 'attentive', dims, baseFingerprint: `attentive-${attention}`, tokenizer: toyTokenizer, maxTokens: 512 },
    encode: async (texts) => {
      const sums = matrix(texts.length, dims);
      texts.forEach((text, i) => {
        const ids = toyTokenizer.encode(text, 512);
        const about = new Float64Array(dims);
        for (const id of ids) for (let j = 0; j < dims; j++) about[j]! += row(meaning, id)[j]! / ids.length;
        for (const id of ids) {
          const near = row(meaning, id).reduce((sum, x, j) => sum + x * about[j]!, 0);
          for (let j = 0; j < dims; j++) row(sums, i)[j]! += (1 + Math.tanh(attention * near)) * row(meaning, id)[j]!;
        }
      });
      return { vectors: kernels.normalize(sums), failed: [] };
    },
    tokenize: () => {
      throw new Error('the teacher only embeds');
    },
    dispose: () => {},
  };
}

let kernels: Kernels;
let made: MadeStudent;
const texts = toyTexts(3000, 1);
const make = (attention: number, over: Partial<Parameters<typeof makeStudent>[0]> = {}) =>
  makeStudent({
    ...{ kernels, teacher: attentiveTeacher(kernels, attention), start: toyStart(), texts, dims: 12, gate: 8 },
    ...over,
  });

beforeAll(async () => {
  kernels = await loadKernels();
  made = await make(1);
});

describe('trainGate', () => {
  test('comes nearer to a teacher that weighs words by their text, on texts that it has not seen', async () => {
    const { wins, heldOut, gate } = made.contextGate!;
    expect(wins).toBe(true);
    expect(heldOut.plain).toBeCloseTo(made.heldOut.fitted, 5);
    expect(heldOut.gated).toBeGreaterThan(heldOut.plain + 2 * heldOut.error);

    const student = { id: 's', revision: '1', table: made, tokenizer: toyStart().tokenizer };
    const unseen = toyTexts(300, 9);
    const { vectors: T } = await attentiveTeacher(kernels, 1).encode(unseen, { role: 'document' });
    const near = async (over: object) => {
      const encoder = await staticEncoder({ ...student, ...over }, kernels);
      const { vectors: X } = await encoder.encode(unseen, { role: 'document' });
      const Y = kernels.normalize(kernels.gemm(X, made.basis));
      return unseen.reduce((sum, _, i) => sum + kernels.dot(row(Y, i), row(T, i)), 0);
    };
    expect(await near({ gate })).toBeGreaterThan(await near({}));
  });

  test('the same texts and seed give the same numbers', async () => {
    const again = await make(1);
    expect(again.contextGate).toEqual(made.contextGate);
    expect((await make(1, { seed: 1 })).contextGate!.gate).not.toEqual(made.contextGate!.gate);
  });

  test('the table is the one that there is without a gate', async () => {
    const teacher = attentiveTeacher(kernels, 1);
    const plain = await makeStudent({ kernels, teacher, start: toyStart(), texts, dims: 12, gate: null });
    expect([plain.rows, plain.contextGate]).toEqual([made.rows, null]);
  });

  test('does not win where words weigh the same in every text', async () => {
    const { contextGate } = await make(0);
    expect([contextGate!.wins, contextGate!.gate.tokens.rows]).toEqual([false, 8]);
  });

  test('is not trained where too few held-out texts could judge it', async () => {
    const enough = config.makeStudent.heldOutEvery * Math.ceil(config.makeStudent.gate.leastHeldOut / 1.5);
    const gateOf = async (count: number) => (await make(1, { texts: texts.slice(0, count) })).contextGate;
    expect([await gateOf(enough - 100), (await gateOf(enough)) === null]).toEqual([null, false]);
  });

  test('tells how far it is, and stops when it is told to', async () => {
    const taught = (count: number, seed: number) => ({
      bags: readTokens(toyTexts(count, seed), toyTokenizer),
      T: normals(count, 12, seed),
    });
    const shares: number[] = [];
    const controller = new AbortController();
    const input = {
      ...{ rows: made.rows, weights: made.weights, basis: made.basis, centre: made.centre, dims: 4, seed: 0 },
      ...{ texts: taught(300, 8), paragraphs: taught(20, 9) },
      heldOut: { texts: taught(5, 10), paragraphs: taught(5, 11) },
    };
    const onShare = (share: number) => {
      shares.push(share);
      if (shares.length === 3) controller.abort(new Error('enough'));
    };
    await expect(trainGate(kernels, { ...input, signal: controller.signal, onShare })).rejects.toThrow('enough');
    expect(shares.length).toBe(3);
    expect(shares.every((share, i) => share > (shares[i - 1] ?? 0) && share <= 1)).toBe(true);
  });
});
