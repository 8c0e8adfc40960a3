import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTexts } from '../../src/student/read-texts.ts';
import { codeOf } from '../encode/code-of.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chelated-texts-'));
});
afterAll(() => rm(folder, { recursive: true }));

const written = async (name: string, content: string) => {
  await writeFile(join(folder, name), content);
  return join(folder, name);
};

describe('readTexts', () => {
  test('reads a text a line, whatever ends the lines', async () => {
    const { name, texts } = await readTexts(await written('a.txt', 'one \r\n\n  two\nthree'));
    expect([name, texts]).toEqual(['a.txt', ['one', 'two', 'three']]);
  });

  test('joins title and text of a .jsonl', async () => {
    const path = await written('b.jsonl', '{"_id":"1","title":"T","text":"x"}\n{"title":"","text":"y"}\n');
    expect((await readTexts(path)).texts).toEqual(['T x', 'y']);
  });

  test('names the line that it cannot use', async () => {
    for (const line of ['{"text": 1}', 'null', '{']) {
      const path = await written('c.jsonl', `{"text":"x"}\n${line}\n`);
      await expect(readTexts(path)).rejects.toThrow(/line 2/);
      expect(await codeOf(() => readTexts(path))).toBe('invalid_input');
    }
  });

  test('throws not_found for a file that is not there', async () => {
    expect(await codeOf(() => readTexts(join(folder, 'none')))).toBe('not_found');
  });
});
