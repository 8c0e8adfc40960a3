import { describe, expect, test } from 'bun:test';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openEncoder } from '../../src/encode/open-encoder.ts';
import { readDataset } from '../../src/evaluate/read-dataset.ts';
import { loadKernels } from '../../src/kernels/load.ts';

const folder = join(import.meta.dirname, '../../assets/sample');
const dataset = await readDataset(folder);

describe('the shipped sample', () => {
  test('has 3,000 documents and 1,000 queries, one judged document each', () => {
    expect([dataset.documents.length, dataset.queries.length]).toEqual([3000, 1000]);
    const ids = new Set(dataset.documents.map(({ id }) => id));
    expect(ids.size).toBe(3000);
    for (const { id } of dataset.queries) {
      const judged = [...dataset.judgements.get(id)!];
      expect(judged).toHaveLength(1);
      expect(judged[0]![1]).toBe(1);
      expect(ids.has(judged[0]![0])).toBe(true);
    }
  });

  test('has no query in a document, so that none is found by its copy', () => {
    const all = dataset.documents.map(({ text }) => text.toLowerCase()).join('\n');
    for (const { text } of dataset.queries) expect(all).not.toContain(text.toLowerCase());
  });

  test('has teacher vectors of all documents and queries, by id and in file order', async () => {
    const kernels = await loadKernels();
    const files = ['documents', 'queries'].map((name) => join(folder, 'teacher', `${name}.safetensors`));
    const teacher = await openEncoder(`vectors:${files.join(',')}`, { kernels });
    for (const role of ['document', 'query'] as const) {
      const records = role === 'document' ? dataset.documents : dataset.queries;
      const texts = records.map(({ text }) => text);
      const inOrder = await teacher.encode(texts, { role });
      expect(inOrder.failed).toEqual([]);
      expect((await teacher.encode(texts, { role, ids: records.map(({ id }) => id) })).vectors).toEqual(
        inOrder.vectors,
      );
    }
  });

  test('is at most 3 MB packed, with its licence', async () => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const packed = await Promise.all(files.map(async (path) => gzipSync(await readFile(path)).length));
    expect(packed.reduce((a, b) => a + b)).toBeLessThan(3_000_000);
    expect(await readFile(join(folder, 'LICENSE'), 'utf8')).toContain(
      'WordNet 3.1 Copyright 2011 by Princeton University',
    );
  });
});
