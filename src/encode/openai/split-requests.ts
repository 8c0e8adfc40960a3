/**
 * Positions of texts, in their order, cut into requests of at most so many texts and characters. A text longer than
 * that goes alone.
 *
 * @example
 * splitRequests(['ab', 'c', 'def'], [0, 1, 2], 2, 4); // => [[0, 1], [2]]
 */
export function splitRequests(
  texts: readonly string[],
  positions: readonly number[],
  maxTexts: number,
  maxCharacters: number,
): number[][] {
  const requests: number[][] = [];
  let characters = 0;
  for (const position of positions) {
    const { length } = texts[position]!;
    const request = requests.at(-1);
    if (request && request.length < maxTexts && characters + length <= maxCharacters) {
      request.push(position);
      characters += length;
    } else {
      requests.push([position]);
      characters = length;
    }
  }
  return requests;
}
