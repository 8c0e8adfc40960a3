import { plainText } from './plain-text.ts';
import type { Synset } from './synset.ts';

/** What must not be among the general texts, since it is used to judge what is made from them. */
export interface Excluded {
  /** Synsets that are left out whole. */
  readonly synsets: ReadonlySet<string>;
  /** Texts that are left out wherever they stand, compared as `plainText`. */
  readonly texts: Iterable<string>;
}

/**
 * General text from a dictionary: "words: definition" of every synset and every usage example, each once.
 *
 * Edge    a text without a letter or digit is none; nothing of an excluded synset, and no text or definition that equals an
 *         excluded text, is kept
 * @example
 * const synsets = [{ id: 'n1', words: ['cat', 'true cat'], definition: 'feline mammal', examples: ['the cat sat'] }];
 * generalTexts(synsets); // => ['cat, true cat: feline mammal', 'the cat sat']
 */
export function generalTexts(synsets: Iterable<Synset>, excluded?: Excluded): string[] {
  const barred = new Set(Array.from(excluded?.texts ?? [], plainText));
  const seen = new Set(['']);
  const texts: string[] = [];
  const keep = (text: string) => {
    const plain = plainText(text);
    if (seen.has(plain) || barred.has(plain)) return;
    seen.add(plain);
    texts.push(text);
  };
  for (const { id, words, definition, examples } of synsets) {
    if (excluded?.synsets.has(id)) continue;
    if (!barred.has(plainText(definition))) keep(`${words.join(', ')}: ${definition}`);
    for (const example of examples) keep(example);
  }
  return texts;
}
