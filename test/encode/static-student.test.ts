import { describe, expect, test } from 'bun:test';
import { writeSafetensors } from '../../src/encode/safetensors.ts';
import { staticStudent } from '../../src/encode/static-student.ts';
import { withWordBuckets } from '../../src/encode/with-word-buckets.ts';
import { fingerprint } from '../../src/fingerprint.ts';
import { referenceKernels } from '../../src/kernels/reference/reference-kernels.ts';
import { tokenBags } from '../../src/token-bags.ts';
import { codeOf } from './code-of.ts';
import { tinyDims, tinyRows, tinyStudent, tinyTable, tinyWeights } from './tiny-student.ts';

const kernels = referenceKernels();
const files = await tinyStudent();
const card = JSON.parse(files.card);
const embeddings = { dtype: 'F32', shape: [tinyRows, tinyDims], data: tinyTable } as const;
const weights = { dtype: 'F32', shape: [tinyRows], data: tinyWeights } as const;

/** Code of what opening the student with another table throws, the card's fingerprint made to fit. */
async function openWith(tensors: Parameters<typeof writeSafetensors>[0]): Promise<string | undefined> {
  const table = writeSafetensors(tensors);
  const fitting = JSON.stringify({ ...card, table: await fingerprint(table) });
  return codeOf(() => staticStudent({ ...files, card: fitting, table }, kernels));
}

describe('staticStudent', () => {
  test('opens a folder with int8 or f32 rows', async () => {
    expect((await staticStudent(files, kernels)).id).toBe('tiny');
    expect(await openWith({ embeddings, weights })).toBeUndefined();
  });

  test('throws invalid_input when any byte of the table is not the one of the card', async () => {
    for (const at of [0, 20, files.table.length - 1]) {
      const table = files.table.slice();
      table[at]! ^= 1;
      expect(await codeOf(() => staticStudent({ ...files, table }, kernels))).toBe('invalid_input');
    }
  });

  test('throws invalid_input for a card that lacks a field or is of a newer format', async () => {
    const bad = ['', '{}', 'null', ...Object.keys(card).map((key) => JSON.stringify({ ...card, [key]: undefined }))];
    for (const text of [...bad, JSON.stringify({ ...card, formatVersion: 2 })]) {
      expect(await codeOf(() => staticStudent({ ...files, card: text }, kernels))).toBe('invalid_input');
    }
  });

  test('has other tokens and the same base vectors with word buckets, whose number is part of the fingerprint', async () => {
    const opened = await Promise.all(
      [2, 3].map((bits) => staticStudent(withWordBuckets(files, { id: 'tiny', bits }), kernels)),
    );
    const plain = await staticStudent(files, kernels);
    expect(opened.map(({ table }) => table!.wordBuckets)).toEqual([4, 8]);
    expect(new Set([plain, ...opened].map(({ baseFingerprint }) => baseFingerprint)).size).toBe(3);
    const vectors = async (student: typeof plain) =>
      (await student.encode(['a cat. a dog', '.'], { role: 'query' })).vectors;
    for (const student of opened) expect(await vectors(student)).toEqual(await vectors(plain));
    expect(opened[0]!.encodeTokens!(tokenBags([[19]]))).toMatchObject({
      failed: [],
      vectors: { data: new Float32Array(tinyDims) },
    });
    expect(() => opened[0]!.encodeTokens!(tokenBags([[20]]))).toThrow('0 … 19');
  });

  test('throws invalid_input for word buckets beside another tokenizer than BERT’s, and for too many', async () => {
    const { card: other, ...more } = withWordBuckets(files, { id: 'tiny', bits: 3 });
    const tokenizer = JSON.stringify({ ...JSON.parse(files.tokenizer), normalizer: { type: 'NFC' } });
    expect(await codeOf(() => staticStudent({ ...more, card: other, tokenizer }, kernels))).toBe('invalid_input');
    const card = JSON.stringify({ ...JSON.parse(other), wordBucketBits: 21 });
    expect(await codeOf(() => staticStudent({ ...files, card }, kernels))).toBe('invalid_input');
  });

  test('throws shape_mismatch when the table is not of the card’s shape', async () => {
    const rows = { dtype: 'I8', shape: [tinyRows, tinyDims], data: new Int8Array(tinyRows * tinyDims) } as const;
    expect(await openWith({ embeddings })).toBe('shape_mismatch');
    expect(await openWith({ embeddings: rows, weights })).toBe('shape_mismatch');
    expect(await openWith({ embeddings: rows, scales: { ...weights, shape: [4, 4] }, weights })).toBe('shape_mismatch');
    expect(await openWith({ embeddings: { ...embeddings, shape: [tinyDims, tinyRows] }, weights })).toBe(
      'shape_mismatch',
    );
    expect(await openWith({ embeddings, weights: { dtype: 'F32', shape: [1], data: Float32Array.of(1) } })).toBe(
      'shape_mismatch',
    );
  });
});
