import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeNpy } from '../../src/encode/npy.ts';
import { openEncoder } from '../../src/encode/open-encoder.ts';
import { readTokens } from '../../src/encode/read-tokens.ts';
import { writeSafetensors } from '../../src/encode/safetensors.ts';
import { referenceKernels } from '../../src/kernels/reference/reference-kernels.ts';
import { matrix } from '../../src/matrix.ts';
import { bagsBelow } from '../../src/token-bags.ts';
import { codeOf } from './code-of.ts';
import { tinyStudent } from './tiny-student.ts';

const kernels = referenceKernels();
const folder = await mkdtemp(join(tmpdir(), 'chelated-encode-'));
afterAll(() => rm(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const document = { role: 'document' } as const;
const open = (id: string) => openEncoder(id, { kernels });

const { card, tokenizer, table } = await tinyStudent();
await Promise.all([
  writeFile(at('card.json'), card),
  writeFile(at('tokenizer.json'), tokenizer),
  writeFile(at('table.safetensors'), table),
  writeFile(at('documents.npy'), writeNpy(matrix(2, 2, Float32Array.of(1, 0, 0, 1)), 'f16')),
  writeFile(at('queries.npy'), writeNpy(matrix(1, 2, Float32Array.of(0, 2)))),
  writeFile(at('text.txt'), 'vectors'),
  writeFile(
    at('int8.safetensors'),
    writeSafetensors(
      {
        embeddings: { dtype: 'I8', shape: [2, 2], data: Int8Array.of(100, 0, 0, 50) },
        scales: { dtype: 'F32', shape: [2], data: Float32Array.of(0.01, 0.02) },
      },
      { ids: '["p", "q"]', model: 'made elsewhere' },
    ),
  ),
  writeFile(
    at('bad-ids.safetensors'),
    writeSafetensors({ vectors: { dtype: 'F32', shape: [1, 2], data: Float32Array.of(1, 0) } }, { ids: '[1]' }),
  ),
]);

describe('openEncoder', () => {
  test('opens the shipped student, finite and of unit length on any text', async () => {
    const encoder = await open('static');
    expect([encoder.id, encoder.dims, encoder.table?.rows.rows]).toEqual(['static', 256, 30522]);
    const { vectors, failed } = await encoder.encode(
      ['wing flutter at supersonic speed', '', 'Ω≈ç√', '\ud800'],
      document,
    );
    expect(failed).toEqual([1, 3]);
    for (const [i, length] of [1, 0, 1, 0].entries()) {
      expect(Math.hypot(...vectors.data.subarray(i * 256, (i + 1) * 256))).toBeCloseTo(length, 6);
    }
    encoder.dispose();
  });

  test('opens the shipped student with words: other tokens, the same base vectors bit for bit', async () => {
    const [plain, words] = [await open('static'), await open('static-words')];
    expect([words.id, words.tokenizer.vocabularySize, words.table?.rows.rows]).toEqual(['static-words', 63290, 30522]);
    expect(words.baseFingerprint).not.toBe(plain.baseFingerprint);
    const texts = ['wing flutter at supersonic speed', '', 'one', '“…”', 'Ω≈ç√ naïve 漢字', 'x '.repeat(600)];
    const encode = async (encoder: typeof plain) => encoder.encode(texts, document);
    const [expected, got] = [await encode(plain), await encode(words)];
    expect([got.vectors, got.failed]).toEqual([expected.vectors, expected.failed]);
    expect(bagsBelow(got.tokens!, 30522)).toEqual(expected.tokens!);
    expect(got.tokens!.ids.length).toBeGreaterThan(expected.tokens!.ids.length);
    for (const encoder of [plain, words]) encoder.dispose();
  });

  test('opens the shipped student without its gate: the same table, and tokens as they occur', async () => {
    const [gated, plain] = [await open('static'), await open('static-plain')];
    expect([gated.gate !== undefined, plain.gate, plain.id]).toEqual([true, undefined, 'static-plain']);
    expect(plain.table).toEqual(gated.table!);
    expect(plain.baseFingerprint).not.toBe(gated.baseFingerprint);
    const texts = ['a bird that cannot fly, and a bird that can', ''];
    expect(plain.tokenize(texts)).toEqual(readTokens(texts, plain.tokenizer));
    expect(gated.tokenize(texts).ids).toEqual(plain.tokenize(texts).ids);
    expect(gated.tokenize(texts).counts).not.toEqual(plain.tokenize(texts).counts);
    for (const encoder of [gated, plain]) encoder.dispose();
  });

  test('opens a student folder', async () => {
    expect((await open(folder)).dims).toBe(3);
  });

  test('opens .npy files of documents, and of queries', async () => {
    const both = await open(`vectors:${at('documents.npy')},${at('queries.npy')}`);
    expect((await both.encode(['a', 'b'], document)).vectors.data).toEqual(Float32Array.of(1, 0, 0, 1));
    expect((await both.encode(['a'], { role: 'query' })).vectors.data).toEqual(Float32Array.of(0, 1));
    const documents = await open(`vectors:${at('documents.npy')}`);
    expect(documents.baseFingerprint).toBe(both.baseFingerprint);
  });

  test('opens .safetensors files with int8 rows and ids', async () => {
    const encoder = await open(`vectors:${at('int8.safetensors')}`);
    const { vectors } = await encoder.encode(['a'], { ...document, ids: ['q'] });
    expect(vectors.data).toEqual(Float32Array.of(0, 1));
  });

  test('throws not_found for an id or a file that is not there', async () => {
    for (const id of ['unheard-of', `vectors:${at('none.npy')}`, join(folder, 'none')]) {
      expect(await codeOf(() => open(id))).toBe('not_found');
    }
    await Promise.all([rm(at('card.json'))]);
    expect(await codeOf(() => open(folder))).toBe('not_found');
  });

  test('throws invalid_input for vectors that are not named or read so', async () => {
    const npy = at('documents.npy');
    for (const id of ['vectors:', `vectors:${npy},`, `vectors:${npy},${npy},${npy}`, `vectors:${at('text.txt')}`]) {
      expect(await codeOf(() => open(id))).toBe('invalid_input');
    }
    expect(await codeOf(() => open(`vectors:${at('bad-ids.safetensors')}`))).toBe('invalid_input');
  });
});
