import { config } from '../config.ts';
import type { StudentFiles } from './static-student.ts';
import { readStudentCard } from './student-card.ts';

/**
 * The same student under another name, without its context gate: a text is the plain weighted mean of its tokens' rows.
 *
 * @throws {ChelatedError} invalid_input for a card that cannot be used
 * @example
 * const [table, gate] = ['…', '…'];
 * const about = { formatVersion: 1, id: 'mine', revision: '1', dims: 2, vocabularySize: 9, provenance: {} };
 * const card = JSON.stringify({ ...about, table, gate });
 * const files = withoutGate({ card, tokenizer: '{}', table: new Uint8Array(), gate: new Uint8Array() }, { id: 'mine-plain' });
 * [JSON.parse(files.card).id, 'gate' in files]; // => ['mine-plain', false]
 */
export function withoutGate(
  files: StudentFiles,
  { id = config.plainStudent }: { readonly id?: string } = {},
): StudentFiles {
  const { gate: _hash, provenance, ...card } = readStudentCard(files.card);
  const { gate: _numbers, ...plain } = files;
  const { contextGate: _trained, ...table } = provenance;
  return { ...plain, card: `${JSON.stringify({ ...card, id, provenance: table }, null, 2)}\n` };
}
