import { expect, test } from 'bun:test';
import { withCandidate } from '../../src/distil/candidate.ts';
import { distil } from '../../src/distil/distil.ts';
import { staticEncoder } from '../../src/encode/static-encoder.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { type Matrix, matrix, row } from '../../src/matrix.ts';
import { random } from '../../src/random.ts';
import { normals, toy, toyTokenizer, vocabulary } from './toy.ts';

const kernels = await loadKernels();
const { student } = await toy(kernels, 1);
const half = vocabulary / 2;

// Two made languages of 150 words each: word k of the first is word k + 150 of the second. The teacher knows the first alone.
const table = {
  rows: normals(vocabulary, 24, 2),
  weights: Float32Array.from({ length: vocabulary }, (_, k) => (k < half ? 1 : 0)),
};
const teacher = await staticEncoder({ id: 'teacher', revision: '1', tokenizer: toyTokenizer, table }, kernels);
const numbers = random(7);
const firstTexts = Array.from({ length: 300 }, () => {
  const topic = numbers.integer(12);
  const word = () => `w${numbers.uniform() < 0.6 ? topic * 12 + numbers.integer(12) : numbers.integer(half)}`;
  return Array.from({ length: 24 }, word).join(' ');
});
const translated = (text: string) => text.replaceAll(/\d+/g, (k) => String(Number(k) + half));
const secondTexts = firstTexts.map(translated);
const fitted = 240;
const beginnings = firstTexts.slice(fitted).map((text) => text.split(' ').slice(0, 12).join(' '));

/** Share of the queries whose own document, of those that no fit has seen, is among the first five of all. */
function found(documents: Matrix, queries: Matrix): number {
  const { indices, k } = kernels.topK(documents, queries, 5);
  const own = Array.from({ length: queries.rows }, (_, i) => indices.subarray(i * k, (i + 1) * k).includes(fitted + i));
  return own.filter(Boolean).length / queries.rows;
}

const seen = async (texts: readonly string[], role: 'document' | 'query') =>
  (await student.encode(texts, { role })).vectors;

test('documents of another language, taught by vectors of their translation, are found by queries of the first', async () => {
  const T = (await teacher.encode(firstTexts, { role: 'document' })).vectors;
  const both = [...firstTexts.slice(0, fitted), ...secondTexts.slice(0, fitted)];
  const teacherVectors = matrix(both.length, T.dims);
  for (let i = 0; i < both.length; i++) row(teacherVectors, i).set(row(T, i % fitted));
  const result = await distil({
    documents: { ids: both.map((_, i) => String(i)), texts: both },
    student,
    teacherVectors,
    kernels,
    // A passage finds its document's translation too, so inverse cloze may fall and the gate refuse.
    force: true,
  });

  const [X, Q] = [await seen(secondTexts, 'document'), await seen(beginnings, 'query')];
  expect(found(X, Q)).toBeLessThan(0.1);
  await withCandidate(kernels, { table: student.table ?? null }, result, async (adapter) => {
    const documents = await adapter.correct({ vectors: X, tokens: student.tokenize(secondTexts) });
    const queries = await adapter.correct({ vectors: Q, tokens: student.tokenize(beginnings) });
    expect(found(documents, queries)).toBeGreaterThan(0.8);
    // The teacher itself cannot read the second language; its own queries find what was learned of it.
    const asked = adapter.alignTeacher((await teacher.encode(beginnings, { role: 'query' })).vectors);
    expect(found(documents, asked)).toBeGreaterThan(0.8);
  });
});
