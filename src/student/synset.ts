/** A synset of WordNet: words of one meaning, its definition, and sentences that use it. */
export interface Synset {
  /** Part of speech and offset in its data file, as in `n00001740`; unique. */
  readonly id: string;
  readonly words: readonly string[];
  readonly definition: string;
  readonly examples: readonly string[];
}

/** Parts of speech, as the data files and the ids name them. */
export const partsOfSpeech = { noun: 'n', verb: 'v', adj: 'a', adv: 'r' } as const;
export type PartOfSpeech = keyof typeof partsOfSpeech;

/**
 * The synsets of one of WordNet's data files, in its order. The licence at its head is passed over.
 *
 * Source  WordNet 3.1, wndb(5WN)
 * @example
 * const line = '00001740 03 n 01 entity 0 000 | that which is perceived; "an entity apart"  ';
 * parseSynsets(line, 'noun')[0]?.examples; // => ['an entity apart']
 */
export function parseSynsets(file: string, part: PartOfSpeech): Synset[] {
  return file.split('\n').flatMap((line) => {
    const bar = line.indexOf('|');
    if (!/^\d{8} /.test(line) || bar < 0) return [];
    const fields = line.slice(0, bar).split(' ');
    const gloss = line.slice(bar + 1);
    const words = Array.from({ length: Number.parseInt(fields[3]!, 16) }, (_, i) =>
      // An adjective may carry where it stands: "galore(ip)".
      fields[4 + 2 * i]!.replace(/\(.*\)$/, '').replaceAll('_', ' '),
    );
    const definition = gloss.replaceAll(/;?\s*"[^"]*"/g, '').trim();
    const examples = Array.from(gloss.matchAll(/"([^"]+)"/g), ([, example]) => example!.trim());
    return [{ id: `${partsOfSpeech[part]}${fields[0]}`, words, definition, examples }];
  });
}
