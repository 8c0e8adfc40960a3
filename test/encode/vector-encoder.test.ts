import { describe, expect, test } from 'bun:test';
import { libraryTokenizer } from '../../src/encode/library-tokenizer.ts';
import { vectorEncoder } from '../../src/encode/vector-encoder.ts';
import type { VectorSource } from '../../src/encode/vector-source.ts';
import { referenceKernels } from '../../src/kernels/reference/reference-kernels.ts';
import { matrix } from '../../src/matrix.ts';
import { codeOf } from './code-of.ts';
import { tinyTokenizer } from './tiny-student.ts';

const tokenizer = await libraryTokenizer(tinyTokenizer);
const kernels = referenceKernels();
const vectors = matrix(3, 2, Float32Array.of(3, 4, 0, 0, 0, -2));
const ids = ['x', 'y', 'z'];
const texts = ['cat', 'dog', 'cat dog'];
const open = (documents: VectorSource, queries?: VectorSource, model?: string) =>
  vectorEncoder(
    { id: 'vectors:test', documents, ...(queries && { queries }), ...(model && { model }) },
    tokenizer,
    kernels,
  );
const document = { role: 'document' } as const;

describe('vectorEncoder', () => {
  test('gives unit vectors in file order, and fails zero rows', async () => {
    const { vectors: got, failed } = await (await open({ vectors })).encode(texts, document);
    expect(got).toEqual(matrix(3, 2, Float32Array.of(0.6, 0.8, 0, 0, 0, -1)));
    expect(failed).toEqual([1]);
  });

  test('looks up by id where both sides have ids, and fails those it lacks', async () => {
    const encoder = await open({ vectors, ids });
    const { vectors: got, failed } = await encoder.encode(['p', 'q', 'r', 's'], {
      ...document,
      ids: ['z', 'none', 'x', 'z'],
    });
    expect(got.data).toEqual(Float32Array.of(0, -1, 0, 0, 0.6, 0.8, 0, -1));
    expect(failed).toEqual([1]);
    expect((await (await open({ vectors })).encode(texts, { ...document, ids })).vectors.rows).toBe(3);
  });

  test('looks up by position', async () => {
    const { vectors: got } = await (await open({ vectors })).encode(['p', 'q'], { ...document, positions: [2, 0] });
    expect(got.data).toEqual(Float32Array.of(0, -1, 0.6, 0.8));
  });

  test('has other vectors for queries', async () => {
    const encoder = await open({ vectors }, { vectors: matrix(1, 2, Float32Array.of(0, 5)) });
    expect((await encoder.encode(['p'], { role: 'query' })).vectors.data).toEqual(Float32Array.of(0, 1));
  });

  test('reads the tokens of the texts', async () => {
    expect((await open({ vectors })).tokenize(texts).ids).toEqual(Uint32Array.of(8, 9, 8, 9));
  });

  test('throws shape_mismatch when the counts differ or a position is outside', async () => {
    const encoder = await open({ vectors, ids });
    const refused = [
      () => encoder.encode(['p', 'q'], document),
      () => encoder.encode(['p'], { ...document, ids: ['x', 'y'] }),
      () => encoder.encode(['p'], { ...document, positions: [0, 1] }),
      ...[3, -1, 0.5, Number.NaN].map((at) => () => encoder.encode(['p'], { ...document, positions: [at] })),
      () => open({ vectors, ids: ['x'] }),
    ];
    for (const call of refused) expect(await codeOf(call)).toBe('shape_mismatch');
  });

  test('throws shape_mismatch when documents and queries differ in width', async () => {
    expect(await codeOf(() => open({ vectors }, { vectors: matrix(1, 3) }))).toBe('shape_mismatch');
  });

  test('throws not_found without queries, and when no id is known', async () => {
    const encoder = await open({ vectors, ids });
    expect(await codeOf(() => encoder.encode(['p'], { role: 'query' }))).toBe('not_found');
    expect(await codeOf(() => encoder.encode(['p'], { ...document, ids: ['none'] }))).toBe('not_found');
  });

  test('throws not_finite for NaN and infinity, invalid_input for an id twice and for what is not a text', async () => {
    for (const x of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(await codeOf(() => open({ vectors: matrix(1, 2, Float32Array.of(0, x)) }))).toBe('not_finite');
    }
    expect(await codeOf(() => open({ vectors, ids: ['x', 'y', 'x'] }))).toBe('invalid_input');
    const encoder = await open({ vectors });
    expect(await codeOf(() => encoder.encode(['a', 'b', 7 as unknown as string], document))).toBe('invalid_input');
  });

  test('has the base fingerprint of width, tokenizer and model, whatever the vectors', async () => {
    const own = (await open({ vectors })).baseFingerprint;
    expect((await open({ vectors: matrix(1, 2), ids: ['x'] })).baseFingerprint).toBe(own);
    expect((await open({ vectors: matrix(1, 3) })).baseFingerprint).not.toBe(own);
    expect((await open({ vectors }, undefined, 'a model')).baseFingerprint).not.toBe(own);
  });
});
