/**
 * A text with case, punctuation and spacing taken out: two texts that a reader calls the same compare as equal.
 *
 * @example
 * plainText('An  “Entity”, apart.'); // => 'an entity apart'
 */
export function plainText(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
