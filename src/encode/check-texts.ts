import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';

/**
 * Refuses what no encoder reads; every other string is a text, an empty one too.
 *
 * @throws {ChelatedError} invalid_input for a text that is not a string, too_large for one that is too long; both name the position
 */
export function checkTexts(texts: readonly unknown[]): asserts texts is readonly string[] {
  const limit = config.encode.maxCharacters;
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i];
    if (typeof text !== 'string') {
      const got = text === null ? 'null' : Array.isArray(text) ? 'an array' : typeof text;
      throw new ChelatedError('invalid_input', `text ${i} must be a string, got ${got}`);
    }
    if (text.length > limit) {
      throw new ChelatedError(
        'too_large',
        `text ${i} has ${text.length} characters, at most ${limit} are read; split it`,
      );
    }
  }
}
