import { fingerprint } from '../fingerprint.ts';
import { random } from '../random.ts';
import { generalTexts } from './general-texts.ts';
import { readSampleExclusion } from './read-sample-exclusion.ts';
import { readTexts } from './read-texts.ts';
import { readWordnet } from './read-wordnet.ts';

export const generalSources = ['wordnet', 'none'] as const;
export type GeneralSource = (typeof generalSources)[number];

export interface GatheredTexts {
  readonly texts: readonly string[];
  /** What they are, for the student's card: sources, counts, hashes. */
  readonly sources: Readonly<Record<string, unknown>>;
}

/**
 * The texts that a student is made from, in random order: all of the user's own, then general ones up to the limit. What
 * the shipped sample judges with is never among the general ones.
 *
 * Edge    the same files, limit and seed give the same texts; a smaller limit gives the first of the larger one's general texts
 */
export async function gatherTexts(options: {
  readonly files: readonly string[];
  readonly general: GeneralSource;
  readonly limit?: number;
  readonly seed: number;
}): Promise<GatheredTexts> {
  const { limit = Number.POSITIVE_INFINITY, seed } = options;
  const own = await Promise.all(options.files.map(readTexts));
  const ownTexts = [...new Set(own.flatMap(({ texts }) => texts))];
  const wordnet = options.general === 'wordnet' ? await readWordnet() : null;
  const general = wordnet ? random(seed).shuffle(generalTexts(wordnet.synsets, await readSampleExclusion())) : [];
  const used = general.slice(0, Math.max(0, limit - ownTexts.length));
  // Own texts among the others, so that the held-out hundredth has its share of both. Without any, the order stays.
  const texts = ownTexts.length > 0 ? random(seed).shuffle([...ownTexts, ...used]) : used;
  return {
    texts,
    sources: {
      ...(wordnet &&
        used.length > 0 && {
          wordnet: {
            ...{ version: wordnet.version, package: wordnet.package, fingerprint: wordnet.fingerprint },
            licence: 'WordNet',
            texts: used.length,
            without: 'the synsets and texts of assets/sample',
          },
        }),
      ...(own.length > 0 && {
        files: own.map(({ name, sha256, texts: { length } }) => ({ name, sha256, texts: length })),
      }),
      /** Of all texts, a line each, in the order they were used. */
      fingerprint: await fingerprint(texts.join('\n')),
    },
  };
}
