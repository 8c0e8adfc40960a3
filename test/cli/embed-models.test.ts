import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openEncoder } from '../../src/encode/open-encoder.ts';
import { readVectorFile } from '../../src/encode/vector-files.ts';
import { readDataset } from '../../src/evaluate/read-dataset.ts';
import { loadKernels } from '../../src/kernels/load.ts';
import { oneHot } from '../encode/onnx/toy-model.ts';
import { writeToyModel } from '../encode/onnx/write-toy-model.ts';
import { faultyServer } from '../encode/openai/faulty-server.ts';
import { chelated, spawnChelated } from './chelated.ts';
import { tinyCollection } from './tiny-collection.ts';

// Processes of their own, on a machine that may be busy.
setDefaultTimeout(60_000);

let tiny: Awaited<ReturnType<typeof tinyCollection>>;
let toy: string;
beforeAll(async () => {
  tiny = await tinyCollection();
  toy = tiny.file('toy');
  const readme = new TextEncoder().encode('---\nlanguage: en\nlicense: apache-2.0\n---\n# Toy\n');
  const prompts = { prompts: { query: 'query: ', document: '' } };
  await writeToyModel(toy, {
    table: oneHot,
    files: { 'README.md': readme, 'config_sentence_transformers.json': prompts },
  });
});
afterAll(() => tiny.remove());

describe('chelated embed', () => {
  test('writes the vectors that the encoder gives, in the files’ order, for documents and queries', async () => {
    const out = tiny.file('embedded');
    const args = ['embed', '--corpus', tiny.folder, '--model', toy, '--cache', tiny.file('cache'), '--out', out];
    const first = await chelated(...args, '--json');
    expect([first.code, first.stderr]).toEqual([0, '']);
    const dataset = await readDataset(tiny.folder);
    const [count, queries] = [dataset.documents.length, dataset.queries.length];
    expect(JSON.parse(first.stdout)).toMatchObject({
      model: toy,
      dims: oneHot.length,
      documents: { rows: count, cached: 0, failed: [] },
      queries: { rows: queries },
    });
    const encoder = await openEncoder(toy, { kernels: await loadKernels() });
    for (const [name, role, records] of [
      ['documents', 'document', dataset.documents],
      ['queries', 'query', dataset.queries],
    ] as const) {
      const { vectors } = await encoder.encode(
        records.map(({ text }) => text),
        { role },
      );
      expect((await readVectorFile(join(out, `${name}.npy`))).vectors).toEqual(vectors);
      expect(JSON.parse(await readFile(join(out, `${name}.ids.json`), 'utf8'))).toEqual(records.map(({ id }) => id));
    }
    const again = await chelated(...args, '--format', 'safetensors', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ documents: { cached: count }, queries: { cached: queries } });
    const file = await readVectorFile(join(out, 'documents.safetensors'));
    expect([file.ids?.length, file.model, file.vectors.dims]).toEqual([count, toy, oneHot.length]);
  });

  test('a killed run goes on where it was, against a service too, and pays for nothing twice but what was under way', async () => {
    const server = faultyServer();
    server.always.fault = async (): Promise<undefined> => {
      await Bun.sleep(30);
    };
    const corpus = tiny.file('many.jsonl');
    const count = 2000;
    const line = (i: number) => JSON.stringify({ _id: `d${i}`, text: `document ${i}` });
    await writeFile(corpus, Array.from({ length: count }, (_, i) => line(i)).join('\n'));
    const model = `openai:tiny@${server.baseUrl}`;
    const args = [
      'embed',
      '--corpus',
      corpus,
      '--model',
      model,
      '--out',
      tiny.file('many'),
      '--cache',
      tiny.file('kept'),
    ];
    const asked = () => server.requests.reduce((sum, { input }) => sum + input.length, 0);
    const child = spawnChelated(...args);
    while (asked() < 900 && child.exitCode === null) await Bun.sleep(2);
    child.kill('SIGKILL');
    await child.exited;
    const { code, stdout } = await chelated(...args, '--json');
    expect(code).toBe(0);
    const { documents } = JSON.parse(stdout);
    expect(documents.rows).toBe(count);
    expect(documents.cached).toBeGreaterThan(0);
    // Four requests of 128 at a time; two for the width.
    expect(asked()).toBeLessThanOrEqual(count + 4 * 128 + 2);
    server.stop();
  });

  test('a model that is not there is one clear line and exit code 1', async () => {
    const args = ['embed', '--corpus', tiny.folder, '--model', './none', '--out', tiny.file('none')];
    const { code, stdout, stderr } = await chelated(...args);
    expect([code, stdout, stderr.split('\n').length]).toEqual([1, '', 2]);
    expect(stderr).toMatch(/no model is called "\.\/none"/);
  });
});

describe('chelated models', () => {
  test('says what a model gives', async () => {
    const { code, stdout } = await chelated('models', toy, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).models).toEqual([
      {
        id: toy,
        revision: null,
        type: 'toy',
        dims: oneHot.length,
        maxTokens: 8,
        pooling: 'mean',
        poolingAssumed: true,
        prompts: { query: 'query: ', document: '' },
        weights: [{ dtype: 'fp32', path: 'onnx/model.onnx', bytes: expect.any(Number) }],
        licence: 'apache-2.0',
      },
    ]);
    expect((await chelated('models', toy)).stdout).toMatch(/pooling\s+mean \(assumed/);
  });

  test.skipIf(!process.env.CHELATED_MODELS)('lists those below CHELATED_MODELS (skipped: it is not set)', async () => {
    const { models } = JSON.parse((await chelated('models', '--json')).stdout);
    expect(models).toContainEqual(
      expect.objectContaining({
        id: 'all-mpnet-base-v2',
        dims: 768,
        maxTokens: 384,
        pooling: 'mean',
        poolingAssumed: false,
      }),
    );
  });
});
