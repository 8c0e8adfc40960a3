/**
 * "words: definition" in its two parts. A text without them is all meaning.
 *
 * @example
 * splitDefinition('cat, true cat: feline mammal'); // => { words: 'cat, true cat', meaning: 'feline mammal' }
 */
export function splitDefinition(text: string): { readonly words: string | null; readonly meaning: string } {
  const colon = text.indexOf(': ');
  return colon < 0 ? { words: null, meaning: text } : { words: text.slice(0, colon), meaning: text.slice(colon + 2) };
}
