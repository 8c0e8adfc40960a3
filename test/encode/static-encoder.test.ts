import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { config } from '../../src/config.ts';
import type { Encoder } from '../../src/encode/encoder.ts';
import { libraryTokenizer } from '../../src/encode/library-tokenizer.ts';
import { staticEncoder } from '../../src/encode/static-encoder.ts';
import { staticStudent } from '../../src/encode/static-student.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { referenceKernels } from '../../src/kernels/reference/reference-kernels.ts';
import { matrix, row } from '../../src/matrix.ts';
import { codeOf } from './code-of.ts';
import { tinyDims, tinyRows, tinyStudent, tinyTable, tinyTokenizer, tinyWeights } from './tiny-student.ts';

const role = 'document';
const word = fc.constantFrom('a', 'b', 'ab', 'abb', 'cat', 'dog.', 'unheard', 'Σςσ', '[CLS]', 'é');
const text = fc.oneof(
  fc.array(word, { maxLength: 20 }).map((words) => words.join(' ')),
  fc.string({ unit: 'binary' }),
);

/** normalise(Σ weights[t]·table[t]) of the token ids, in f64. */
function expected(ids: Iterable<number>): number[] {
  const sum = new Array<number>(tinyDims).fill(0);
  for (const t of ids) for (let j = 0; j < tinyDims; j++) sum[j]! += tinyWeights[t]! * tinyTable[t * tinyDims + j]!;
  const norm = Math.hypot(...sum);
  return sum.map((x) => (norm === 0 ? 0 : x / norm));
}

for (const kernels of [referenceKernels(), await loadKernels()]) {
  describe(`staticEncoder on ${kernels.name} kernels`, async () => {
    const encoder: Encoder = await staticStudent(await tinyStudent(), kernels);

    test('agrees with the formula, and fails texts without tokens alone', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(text, { maxLength: 6 }), async (texts) => {
          const { vectors, failed } = await encoder.encode(texts, { role });
          expect([vectors.rows, vectors.dims]).toEqual([texts.length, tinyDims]);
          texts.forEach((text, i) => {
            const ids = encoder.tokenizer.encode(text, encoder.maxTokens);
            const got = row(vectors, i);
            const wanted = expected(ids);
            for (let j = 0; j < tinyDims; j++) expect(Math.abs(got[j]! - wanted[j]!)).toBeLessThan(1e-6);
            expect(failed.includes(i)).toBe(ids.length === 0);
          });
        }),
      );
    });

    test('gives the tokens that tokenize gives', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(text, { maxLength: 6 }), async (texts) => {
          expect((await encoder.encode(texts, { role })).tokens).toEqual(encoder.tokenize(texts));
        }),
      );
    });

    test('gives a text the same vector alone, among others and as a query', async () => {
      const texts = Array.from({ length: config.encode.batch + 3 }, (_, i) => ['cat a b', '', 'dog. ab', 'a'][i % 4]!);
      const all = await encoder.encode(texts, { role });
      for (const i of [0, 1, 2, texts.length - 1]) {
        const alone = await encoder.encode([texts[i]!], { role: 'query' });
        expect(alone.vectors.data).toEqual(row(all.vectors, i).slice());
      }
      expect(all.failed).toEqual(Array.from(texts.keys()).filter((i) => i % 4 === 1));
    });

    test('counts a text of unknown words alone as a text', async () => {
      const { vectors, failed } = await encoder.encode(['zebra quagga'], { role });
      expect(failed).toEqual([]);
      expected([1]).forEach((x, j) => {
        expect(vectors.data[j]).toBeCloseTo(x, 6);
      });
    });

    test('reads no more than maxTokens tokens', async () => {
      const cut = await encoder.encode([`${'cat '.repeat(encoder.maxTokens)} dog dog dog`], { role });
      const cats = await encoder.encode(['cat'], { role });
      for (let j = 0; j < tinyDims; j++) expect(cut.vectors.data[j]).toBeCloseTo(cats.vectors.data[j]!, 6);
      expect(cut.tokens!.counts).toEqual(Float32Array.of(encoder.maxTokens));
    });

    test('encodes nothing to nothing', async () => {
      const { vectors, failed, tokens } = await encoder.encode([], { role });
      expect([vectors.rows, vectors.dims, failed.length, tokens!.rows]).toEqual([0, tinyDims, 0, 0]);
    });

    test('throws invalid_input for a text that is not a string, naming its position', async () => {
      for (const bad of [undefined, null, 7, {}, ['a']]) {
        const texts = ['a', bad] as string[];
        const failure = encoder.encode(texts, { role });
        expect(await codeOf(() => failure)).toBe('invalid_input');
        await expect(failure).rejects.toThrow('text 1 ');
        expect(codeOf(() => encoder.tokenize(texts))).toBe('invalid_input');
      }
    });

    test('throws too_large for a text over the limit, naming its position', async () => {
      const limit = config.encode.maxCharacters;
      expect((await encoder.encode(['a'.repeat(limit)], { role })).failed).toEqual([]);
      const failure = encoder.encode(['a', 'a'.repeat(limit + 1)], { role });
      expect(await codeOf(() => failure)).toBe('too_large');
      await expect(failure).rejects.toThrow('text 1 ');
    });

    test('reports progress after each batch, and stops at a signal', async () => {
      const texts = new Array<string>(2 * config.encode.batch + 1).fill('a');
      const done: number[] = [];
      const controller = new AbortController();
      await encoder.encode(texts, { role, onProgress: (n) => done.push(n) });
      expect(done).toEqual([config.encode.batch, 2 * config.encode.batch, texts.length]);
      const onProgress = () => controller.abort(new Error('enough'));
      const aborted = encoder.encode(texts, { role, signal: controller.signal, onProgress });
      await expect(aborted).rejects.toThrow('enough');
    });
  });
}

describe('staticEncoder', () => {
  const kernels = referenceKernels();

  test('has a base fingerprint of id, revision, tokenizer, weights and rows', async () => {
    const print = async (change: Parameters<typeof tinyStudent>[0]) =>
      (await staticStudent(await tinyStudent(change), kernels)).baseFingerprint;
    const own = await print({});
    expect(own).toMatch(/^[0-9a-f]{64}$/);
    expect(await print({})).toBe(own);
    expect(await print({ revision: '2' })).not.toBe(own);
    expect(await print({ weights: tinyWeights.with(3, 0.75) })).not.toBe(own);
    const { id, table, tokenizer } = await staticStudent(await tinyStudent(), kernels);
    const model = { id, revision: '1', table: table!, tokenizer };
    const changed = [
      { ...model, id: 'other' },
      { ...model, tokenizer: { ...tokenizer, encode: tokenizer.encode, hash: 'another' } },
    ];
    const same = (await staticEncoder(model, kernels)).baseFingerprint;
    for (const other of changed) expect((await staticEncoder(other, kernels)).baseFingerprint).not.toBe(same);
  });

  test('takes f32 rows as well', async () => {
    const tokenizer = await libraryTokenizer(tinyTokenizer);
    const table = { rows: matrix(tinyRows, tinyDims, tinyTable), weights: tinyWeights };
    const plain = await staticEncoder({ id: 'tiny', revision: '1', table, tokenizer }, kernels);
    const int8 = await staticStudent(await tinyStudent(), kernels);
    const texts = ['cat a dog', 'ab'];
    expect((await plain.encode(texts, { role })).vectors).toEqual((await int8.encode(texts, { role })).vectors);
    expect(plain.baseFingerprint).not.toBe(int8.baseFingerprint);
  });

  test('throws shape_mismatch when the vocabulary is another', async () => {
    const tokenizer = await libraryTokenizer(tinyTokenizer);
    const table = { rows: matrix(tinyRows + 1, 2), weights: new Float32Array(tinyRows + 1) };
    const model = { id: 'tiny', revision: '1', table, tokenizer };
    expect(await codeOf(() => staticEncoder(model, kernels))).toBe('shape_mismatch');
  });

  test('cannot be used after dispose', async () => {
    const encoder = await staticStudent(await tinyStudent(), kernels);
    encoder.dispose();
    encoder.dispose();
    expect(await codeOf(() => encoder.encode(['a'], { role }))).toBe('invalid_input');
  });
});
