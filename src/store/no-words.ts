import { ChelatedError } from '../errors.ts';

/** What a search by words says where there is no index of them. */
export function noWords(collection: string): ChelatedError {
  return new ChelatedError(
    'not_supported',
    `the words of collection ${collection} are not indexed; open it with words: true (chelated serve --words), which indexes what is there`,
  );
}
