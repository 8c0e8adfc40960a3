import { config } from '../config.ts';
import { seenBy } from '../distil/cut-passages.ts';
import type { Encoder } from '../encode/encoder.ts';
import { takePassage } from '../evaluate/take-segment.ts';
import { random } from '../random.ts';

/** Parts of documents that stand in for queries. */
export interface PseudoQueries {
  readonly segments: readonly string[];
  /** The documents without them. */
  readonly rests: readonly string[];
  /** Which document each was taken out of; none twice. */
  readonly source: readonly number[];
}

/** A sentence, or else a run of words, out of each of `count` documents drawn by the seed; too short ones give none. */
export function pseudoQueries(
  texts: readonly string[],
  seed: number,
  count: number = config.hubness.pseudoQueries,
): PseudoQueries {
  const generator = random(seed);
  const order = generator.shuffle(Array.from(texts.keys()));
  const taken: { segment: string; rest: string; document: number }[] = [];
  for (const document of order) {
    if (taken.length === count) break;
    const part = takePassage(texts[document]!, generator);
    if (part) taken.push({ ...part, document });
  }
  return {
    segments: taken.map(({ segment }) => segment),
    rests: taken.map(({ rest }) => rest),
    source: taken.map(({ document }) => document),
  };
}

/** Both parts as an encoder sees them. */
export async function encodePseudo(encoder: Encoder, { segments, rests }: PseudoQueries) {
  return { segments: await seenBy(encoder, segments, 'query'), rests: await seenBy(encoder, rests, 'document') };
}
