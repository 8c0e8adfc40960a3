import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findModel } from '../../../src/encode/onnx/find-model.ts';
import { openEncoder } from '../../../src/encode/open-encoder.ts';
import { loadKernels } from '../../../src/kernels/load.ts';
import { codeOf } from '../code-of.ts';
import { oneHot, toyModel } from './toy-model.ts';

const before = { ...process.env };
let models: string;
beforeAll(async () => {
  models = await mkdtemp(join(tmpdir(), 'chelated-models-'));
  const toy = toyModel({ table: oneHot });
  for (const { path } of toy.files) {
    await mkdir(join(models, 'toy', path, '..'), { recursive: true });
    await writeFile(join(models, 'toy', path), await toy.read(path));
  }
  Object.assign(process.env, { CHELATED_MODELS: models, HF_HUB_OFFLINE: '1', XDG_CACHE_HOME: models });
});
afterAll(async () => {
  for (const name of ['CHELATED_MODELS', 'HF_HUB_OFFLINE', 'XDG_CACHE_HOME']) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  await rm(models, { recursive: true });
});

describe('findModel', () => {
  test('finds a folder by its path, and below CHELATED_MODELS by its name', async () => {
    for (const id of ['toy', join(models, 'toy')]) {
      const model = await findModel(id);
      expect(model.name).toBe(id);
      expect(model.files.map(({ path }) => path).sort()).toEqual(['config.json', 'onnx/model.onnx', 'tokenizer.json']);
    }
  });

  test('asks the hub for OWNER/NAME and for the well-known names, and for nothing else', async () => {
    for (const id of ['owner/name', 'owner/name@main', 'all-MiniLM-L6-v2', 'all-mpnet-base-v2@v1']) {
      expect(await codeOf(() => findModel(id))).toBe('backend_failed');
    }
    for (const id of ['', 'toys', './toys', '../x/y', 'a/b/c', '/etc', 'a b/c']) {
      expect(await codeOf(() => findModel(id))).toBe('not_found');
    }
  });
});

describe('openEncoder', () => {
  test('opens a model by the same names, with the options for transformers', async () => {
    const kernels = await loadKernels();
    const encoder = await openEncoder('toy', { kernels, onnx: { threads: 1, maxTokens: 5 } });
    expect([encoder.id, encoder.dims, encoder.maxTokens]).toEqual(['toy', oneHot.length, 3]);
    encoder.dispose();
    expect(await codeOf(() => openEncoder('openai:', { kernels }))).toBe('invalid_input');
  });
});
