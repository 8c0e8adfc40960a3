import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { AdapterKind } from '../../src/adapter/card.ts';
import { kernelsAdapter } from '../../src/adapter/kernels-adapter.ts';
import { readSafetensors } from '../../src/encode/safetensors.ts';
import { staticStudent } from '../../src/encode/static-student.ts';
import { withWordBuckets } from '../../src/encode/with-word-buckets.ts';
import { model2vecFiles } from '../../src/host/model2vec-files.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { matrix } from '../../src/matrix.ts';
import { tokenBags } from '../../src/token-bags.ts';
import { sample } from '../adapter/samples.ts';
import { codeOf } from '../encode/code-of.ts';
import { gatedTinyStudent, tinyDims, tinyRows, tinyStudent } from '../encode/tiny-student.ts';

const kernels = await loadKernels();
const files = await tinyStudent();
const student = await staticStudent(files, kernels);
const hash = 'a'.repeat(64);

/** An adapter of this kind for the tiny student; term frequencies are plain counts unless said otherwise. */
function adapterOf(kind: AdapterKind, seed: number, bias = false, termFrequency: 'count' | 'log' = 'count') {
  const dOut = kind === 'identity' || kind === 'orthogonal' ? tinyDims : 5;
  const { parts, card } = sample(kind, seed, { dIn: tinyDims, dOut, vocabulary: tinyRows, bias });
  const tokens = parts.tokens && { ...parts.tokens, termFrequency };
  return { parts: { ...parts, tokens }, card: { ...card, baseFingerprint: student.baseFingerprint }, hash };
}

const ids = fc.array(fc.integer({ min: 0, max: tinyRows - 1 }), { minLength: 1, maxLength: 20 });

describe('model2vecFiles', () => {
  test('of a student with a context gate: the plain table, and no adapter', async () => {
    const gated = await gatedTinyStudent();
    expect(await model2vecFiles(gated, null, kernels)).toEqual(await model2vecFiles(files, null, kernels));
    const { baseFingerprint } = await staticStudent(gated, kernels);
    const { card, ...adapter } = adapterOf('lexical', 1);
    const failure = model2vecFiles(gated, { ...adapter, card: { ...card, baseFingerprint } }, kernels);
    expect(await codeOf(() => failure)).toBe('invalid_input');
    await expect(failure).rejects.toThrow('by the text that it stands in');
  });

  for (const kind of ['identity', 'orthogonal', 'affine', 'lexical', 'lowrank'] as const) {
    test(`${kind}: the direction of the sum of a text's rows is its corrected vector`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat(), ids, async (seed, list) => {
          const adapter = adapterOf(kind, seed);
          const made = await model2vecFiles(files, adapter, kernels);
          const { data, shape } = readSafetensors(made.get('model.safetensors') as Uint8Array).tensors.get(
            'embeddings',
          )!;
          const sums = matrix(1, shape[1]!);
          for (const id of list) for (let j = 0; j < sums.dims; j++) sums.data[j]! += data[id * sums.dims + j]!;
          const tokens = tokenBags([list]);
          const values = tokens.counts.map((count, e) => count * student.table!.weights[tokens.ids[e]!]!);
          const bag = { ...tokens, columns: tinyRows, values };
          const vectors = kernels.normalize(kernels.embeddingBag(matrix(tinyRows, tinyDims, tableRows()), bag));
          const running = kernelsAdapter(adapter, { kernels, table: student.table! });
          const corrected = await running.correct({ vectors, tokens });
          await running.dispose();
          const length = Math.hypot(...sums.data);
          // Where the sum all but vanishes, so does its direction.
          if (length > 1e-3) {
            const got = kernels.normalize(sums).data;
            got.forEach((v, j) => {
              expect(Math.abs(v - corrected.data[j]!)).toBeLessThan(1e-3);
            });
          }
        }),
        { numRuns: 30 },
      );
    });
  }

  test('refuses what is not linear in token counts, and says why', async () => {
    for (const [adapter, reason] of [
      [adapterOf('affine', 1, true), 'bias'],
      [adapterOf('lexical', 1, false, 'log'), 'logarithm'],
      [adapterOf('mlp', 1), 'bends'],
      [adapterOf('residual', 1), 'unit length'],
    ] as const) {
      const refused = await model2vecFiles(files, adapter, kernels).catch((error: Error) => error);
      expect(refused).toMatchObject({ code: 'invalid_input', message: expect.stringContaining(reason) });
    }
  });

  test('refuses rows for words, which its tokenizer does not know, and writes what has none', async () => {
    const words = withWordBuckets(files, { id: 'tiny', bits: 2 });
    const { baseFingerprint } = await staticStudent(words, kernels);
    const adapter = (kind: AdapterKind) => {
      const { parts, card } = sample(kind, 1, { dIn: tinyDims, dOut: 5, vocabulary: tinyRows + 4, bias: false });
      return { parts, card: { ...card, baseFingerprint }, hash };
    };
    const refused = await model2vecFiles(words, adapter('lexical'), kernels).catch((error: Error) => error);
    expect(refused).toMatchObject({ code: 'invalid_input', message: expect.stringContaining('pairs of words') });
    for (const made of [null, 'affine' as const]) {
      const written = await model2vecFiles(words, made && adapter(made), kernels);
      const { shape } = readSafetensors(written.get('model.safetensors') as Uint8Array).tensors.get('embeddings')!;
      expect(shape[0]).toBe(tinyRows);
    }
  });

  test('refuses an adapter of another student', async () => {
    const { parts, card } = adapterOf('affine', 1);
    const other = { parts, card: { ...card, baseFingerprint: 'f'.repeat(64) }, hash };
    expect(await codeOf(() => model2vecFiles(files, other, kernels))).toBe('adapter_wrong_model');
  });
});

function tableRows(): Float32Array {
  const held = kernels.hold(student.table!.rows);
  const { data } = held.read();
  held.free();
  return data;
}
