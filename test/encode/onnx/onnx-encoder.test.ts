import { beforeAll, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Encoder } from '../../../src/encode/encoder.ts';
import { onnxEncoder } from '../../../src/encode/onnx/onnx-encoder.ts';
import { writeSafetensors } from '../../../src/encode/safetensors.ts';
import type { Kernels } from '../../../src/kernels/kernels.ts';
import { loadKernels } from '../../../src/kernels/load.ts';
import { row } from '../../../src/matrix.ts';
import { codeOf } from '../code-of.ts';
import { oneHot, type Toy, toyModel, words } from './toy-model.ts';

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels();
});

const open = (toy: Toy, options = {}) => onnxEncoder(toyModel(toy), kernels, { threads: 1, ...options });

/** Names of the tokens that a one-hot toy has pooled. */
async function pooledTokens(encoder: Encoder, text: string, role: 'query' | 'document' = 'document') {
  const { vectors } = await encoder.encode([text], { role });
  return Array.from(row(vectors, 0)).flatMap((x, t) =>
    x > 0 ? [['[PAD]', '[UNK]', '[CLS]', '[SEP]', ...words][t]] : [],
  );
}

describe('onnxEncoder', () => {
  test('pools a text with its special tokens, and never the padding beside it', async () => {
    const encoder = await open({ table: oneHot });
    const { vectors, failed } = await encoder.encode(['red', 'red green blue'], { role: 'document' });
    expect(failed).toEqual([]);
    expect(Array.from(row(vectors, 0)).filter((x) => x > 0)).toEqual(new Array(3).fill(Math.fround(Math.sqrt(1 / 3))));
    expect(await pooledTokens(encoder, 'red')).toEqual(['[CLS]', '[SEP]', 'red']);
  });

  test('cuts a text that is longer than the model and keeps its special tokens, whatever tokenizer.json says of truncation', async () => {
    const encoder = await open({ table: oneHot, maxTokens: 6 });
    expect(encoder.maxTokens).toBe(4);
    expect(await pooledTokens(encoder, 'red green blue hot cold query')).toEqual([
      '[CLS]',
      '[SEP]',
      'red',
      'green',
      'blue',
      'hot',
    ]);
    const shorter = await open({ table: oneHot, maxTokens: 6 }, { maxTokens: 3 });
    expect(await pooledTokens(shorter, 'red green')).toEqual(['[CLS]', '[SEP]', 'red']);
    expect(shorter.baseFingerprint).not.toBe(encoder.baseFingerprint);
  });

  test('keeps the order of the texts and gives each the vector that it has alone', async () => {
    const encoder = await open({
      table: oneHot.map((r, t) => r.map((x, c) => x + Math.sin(t * 7 + c))),
      maxTokens: 512,
    });
    const text = fc.array(fc.constantFrom(...words, 'other'), { maxLength: 300 }).map((list) => list.join(' '));
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 40 }), async (texts) => {
        const { vectors, failed } = await encoder.encode(texts, { role: 'document' });
        expect(failed).toEqual(texts.flatMap((each, i) => (each === '' ? [i] : [])));
        for (const [i, each] of texts.entries()) {
          const alone = (await encoder.encode([each], { role: 'document' })).vectors.data;
          const off = row(vectors, i).reduce((most, x, c) => Math.max(most, Math.abs(x - alone[c]!)), 0);
          expect(off).toBeLessThan(1e-6);
        }
      }),
      { numRuns: 15 },
    );
  });

  test('puts the prompt of the role before the text, the model’s or the caller’s', async () => {
    const prompts = { prompts: { query: 'query: ', passage: 'passage: ' } };
    const encoder = await open({ table: oneHot, files: { 'config_sentence_transformers.json': prompts } });
    expect(await pooledTokens(encoder, 'red', 'query')).toEqual(['[CLS]', '[SEP]', 'red', 'query', ':']);
    expect(await pooledTokens(encoder, 'red', 'document')).toEqual(['[CLS]', '[SEP]', 'red', 'passage', ':']);
    const own = await open({ table: oneHot }, { prompts: { query: 'hot ' } });
    expect(await pooledTokens(own, 'red', 'query')).toEqual(['[CLS]', '[SEP]', 'red', 'hot']);
    expect(await pooledTokens(own, 'red', 'document')).toEqual(['[CLS]', '[SEP]', 'red']);
  });

  test('leaves the prompt out of the pooling where the model says so', async () => {
    const files = {
      'config_sentence_transformers.json': { prompts: { query: 'query: ' } },
      '1_Pooling/config.json': { pooling_mode_mean_tokens: true, include_prompt: false },
    };
    expect(await pooledTokens(await open({ table: oneHot, files }), 'red', 'query')).toEqual(['[SEP]', 'red']);
  });

  test.each([
    ['cls', ['[CLS]']],
    ['lasttoken', ['[SEP]']],
  ])('pools by %s where the model says so', async (way, expected) => {
    const key = way === 'cls' ? 'pooling_mode_cls_token' : 'pooling_mode_lasttoken';
    const encoder = await open({ table: oneHot, files: { '1_Pooling/config.json': { [key]: true } } });
    const { vectors } = await encoder.encode(['red', 'red green blue'], { role: 'document' });
    expect(await pooledTokens(encoder, 'red green')).toEqual(expected);
    expect(row(vectors, 0)).toEqual(row(vectors, 1));
  });

  test('runs the Dense module that modules.json names', async () => {
    const weight = { dtype: 'F32', shape: [2, 12], data: new Float32Array(24) } as const;
    weight.data[4] = 1; // first output: red
    weight.data[12 + 5] = 1; // second: green
    const bias = { dtype: 'F32', shape: [2], data: new Float32Array([0, 0.25]) } as const;
    const files = {
      'modules.json': [
        { idx: 0, path: '', type: 'sentence_transformers.models.Transformer' },
        { idx: 1, path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
        { idx: 2, path: '2_Dense', type: 'sentence_transformers.models.Dense' },
      ],
      '2_Dense/config.json': {
        in_features: 12,
        out_features: 2,
        bias: true,
        activation_function: 'torch.nn.modules.linear.Identity',
      },
      '2_Dense/model.safetensors': writeSafetensors({ 'linear.weight': weight, 'linear.bias': bias }),
    };
    const encoder = await open({ table: oneHot, files });
    expect(encoder.dims).toBe(2);
    const { vectors } = await encoder.encode(['red green'], { role: 'document' });
    const [x, y] = [0.25, 0.5]; // ¼ of four tokens is red, ¼ green and the bias
    expect(vectors.data[0]).toBeCloseTo(x / Math.hypot(x, y), 6);
    expect(vectors.data[1]).toBeCloseTo(y / Math.hypot(x, y), 6);
  });

  test('gives a zero row and failed to a text without a token, or with a vector that is not finite or zero', async () => {
    const table = oneHot.map((_, t) => (t === 4 ? [Number.NaN, 1] : t === 5 ? [0, 0] : [t, 1]));
    table[2] = [0, 0];
    table[3] = [0, 0];
    const encoder = await open({ table });
    const { vectors, failed } = await encoder.encode(['blue', 'red', '', 'green', ' \n', 'hot'], { role: 'document' });
    expect(failed).toEqual([1, 2, 3, 4]);
    expect(failed.every((i) => row(vectors, i).every((x) => x === 0))).toBe(true);
    expect(Math.hypot(...row(vectors, 5))).toBeCloseTo(1, 6);
  });

  test('reports each batch once, in full, and stops between batches when told to', async () => {
    const encoder = await open({ table: oneHot, maxTokens: 512 });
    const texts = Array.from({ length: 40 }, (_, i) => 'red '.repeat(100 + i));
    const [seen, progress]: [number[], number[]] = [[], []];
    await encoder.encode(texts, {
      role: 'document',
      onBatch: (positions, vectors) => {
        expect(vectors.rows).toBe(positions.length);
        seen.push(...positions);
      },
      onProgress: (done, total) => progress.push(done / total),
    });
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from(texts.keys()));
    expect(progress.length).toBeGreaterThan(1);
    expect(progress.at(-1)).toBe(1);
    const stop = new AbortController();
    const call = encoder.encode(texts, {
      role: 'document',
      signal: stop.signal,
      onProgress: () => stop.abort('enough'),
    });
    expect(await call.catch((reason: unknown) => reason)).toBe('enough');
  });

  test('has one base fingerprint a model: another table, pooling or prompt is another, threads are not', async () => {
    const same = [await open({ table: oneHot }), await open({ table: oneHot }, { threads: 2 })];
    const others = [
      await open({ table: oneHot.map((r) => r.map((x) => x + 1)) }),
      await open({ table: oneHot }, { pooling: 'cls' }),
      await open({ table: oneHot }, { prompts: { query: 'q' } }),
    ];
    expect(same[0]!.baseFingerprint).toBe(same[1]!.baseFingerprint);
    expect(new Set([same[0]!, ...others].map((encoder) => encoder.baseFingerprint)).size).toBe(4);
  });

  test('throws not_found, naming what there is, for weights or files that the model lacks', async () => {
    await expect(open({ table: oneHot }, { dtype: 'q4' })).rejects.toThrow(
      /no q4 weights; it has fp32 \(onnx\/model.onnx\)/,
    );
    expect(await codeOf(() => open({ table: oneHot, files: { 'tokenizer.json': null } }))).toBe('not_found');
    expect(await codeOf(() => open({ table: oneHot, files: { 'config.json': null } }))).toBe('not_found');
  });

  test('throws invalid_input for inputs, outputs, modules or files that it does not know', async () => {
    expect(await codeOf(() => open({ table: oneHot, extraInput: 'pixel_values' }))).toBe('invalid_input');
    expect(await codeOf(() => open({ table: oneHot, output: 'logits' }))).toBe('invalid_input');
    const modules = [{ idx: 0, path: '1_LSTM', type: 'sentence_transformers.models.LSTM' }];
    expect(await codeOf(() => open({ table: oneHot, files: { 'modules.json': modules } }))).toBe('invalid_input');
    expect(await codeOf(() => open({ table: oneHot, files: { 'modules.json': { no: 'list' } } }))).toBe(
      'invalid_input',
    );
    expect(await codeOf(() => open({ table: oneHot }, { maxTokens: 9 }))).toBe('invalid_input');
  });

  test('throws backend_failed for a file that is no model', async () => {
    const files = { 'onnx/model.onnx': new Uint8Array(100) };
    expect(await codeOf(() => open({ table: oneHot, files }))).toBe('backend_failed');
  });

  test('throws invalid_input for a text that is not a string, naming its position', async () => {
    const encoder = await open({ table: oneHot });
    await expect(encoder.encode(['red', 3 as never], { role: 'document' })).rejects.toThrow(/text 1/);
  });
});
