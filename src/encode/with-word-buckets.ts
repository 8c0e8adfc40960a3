import { config } from '../config.ts';
import type { StudentFiles } from './static-student.ts';
import { readStudentCard, type StudentCard } from './student-card.ts';

/**
 * The same student under another name, with words and pairs of words as further tokens: its base vectors are bit for bit
 * the same, and an adapter that is fitted for it may give the buckets rows.
 *
 * @throws {ChelatedError} invalid_input for a card that cannot be used
 * @example
 * const table = '…';
 * const card = JSON.stringify({ formatVersion: 1, id: 'mine', revision: '1', dims: 2, vocabularySize: 9, table, provenance: {} });
 * const files = withWordBuckets({ card, tokenizer: '{}', table: new Uint8Array() }, { id: 'mine-words' });
 * JSON.parse(files.card).wordBucketBits; // => 15
 */
export function withWordBuckets(
  files: StudentFiles,
  { id = config.words.student, bits = config.words.bucketBits }: { readonly id?: string; readonly bits?: number } = {},
): StudentFiles {
  const card: StudentCard = { ...readStudentCard(files.card), id, wordBucketBits: bits };
  return { ...files, card: `${JSON.stringify(card, null, 2)}\n` };
}
