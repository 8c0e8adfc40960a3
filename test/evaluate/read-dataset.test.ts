import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { readDataset } from '../../src/evaluate/read-dataset.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chelated-dataset-'));
  await mkdir(join(folder, 'whole/qrels'), { recursive: true });
  await mkdir(join(folder, 'documents-only'));
  await mkdir(join(folder, 'empty'));
  await writeFile(join(folder, 'whole/corpus.jsonl'), '{"_id": "d1", "text": "tides"}\n');
  await writeFile(join(folder, 'whole/queries.jsonl'), '{"_id": "q1", "text": "sea"}\n');
  await writeFile(join(folder, 'whole/qrels/test.tsv'), 'query-id\tcorpus-id\tscore\nq1\td1\t1\n');
  await writeFile(join(folder, 'whole/qrels/train.tsv'), 'query-id\tcorpus-id\tscore\nq1\td1\t2\n');
  await writeFile(join(folder, 'whole/qrels/broken.tsv'), 'q1\td1\n');
  await writeFile(join(folder, 'documents-only/corpus.jsonl'), '{"_id": "d1", "text": "tides"}\n');
});
afterAll(() => rm(folder, { recursive: true }));

describe('readDataset', () => {
  test('reads the test split, or the one asked for', async () => {
    const grade = async (split?: string) =>
      (await readDataset(join(folder, 'whole'), split === undefined ? {} : { split })).judgements.get('q1')?.get('d1');
    expect(await grade()).toBe(1);
    expect(await grade('train')).toBe(2);
  });

  test('reads a bare corpus, and a directory without queries', async () => {
    for (const path of ['whole/corpus.jsonl', 'documents-only']) {
      const dataset = await readDataset(join(folder, path));
      expect(dataset.documents).toEqual([{ id: 'd1', text: 'tides' }]);
      expect(dataset.queries).toEqual([]);
      expect(dataset.judgements.size).toBe(0);
    }
    expect((await readDataset(join(folder, 'whole/corpus.jsonl'))).name).toBe('whole');
    expect((await readDataset(`${join(folder, 'documents-only')}/`)).name).toBe('documents-only');
  });

  test('says what is not there, and which splits are', async () => {
    const refused = async (path: string, options: { split?: string }, message: string) =>
      expect(readDataset(join(folder, path), options)).rejects.toMatchObject({
        code: 'not_found',
        message: expect.stringContaining(message),
      });
    await refused('nowhere', {}, 'is not there');
    await refused('empty', {}, 'has no corpus.jsonl');
    await refused('whole', { split: 'dev' }, 'it has broken, test, train');
    await refused('documents-only', { split: 'test' }, 'no qrels/*.tsv');
    await refused('whole/corpus.jsonl', { split: 'test' }, 'bare corpus');
  });

  test('names the file on disk in what it cannot read', async () => {
    const reading = readDataset(join(folder, 'whole'), { split: 'broken' });
    await expect(reading).rejects.toThrow(`${join(basename(folder), 'whole/qrels/broken.tsv')}, line 1`);
  });
});
