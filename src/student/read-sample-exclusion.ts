import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Excluded } from './general-texts.ts';

/** Folder of the sample collection that is shipped: the same two steps up from src/student and from dist/student. */
const sample = new URL('../../assets/sample/', import.meta.url);

/**
 * What general text must leave out for the shipped sample to stay honest: the synsets of its documents, whole, and the
 * texts of its documents and queries.
 */
export async function readSampleExclusion(): Promise<Excluded> {
  const read = async (name: string): Promise<{ _id: string; text: string }[]> =>
    (await readFile(fileURLToPath(new URL(name, sample)), 'utf8'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  const [documents, queries] = await Promise.all([read('corpus.jsonl'), read('queries.jsonl')]);
  return {
    synsets: new Set(documents.map(({ _id }) => _id)),
    texts: [...documents, ...queries].map(({ text }) => text),
  };
}
