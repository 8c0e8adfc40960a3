import { ChelatedError } from '../errors.ts';

/** What a student folder says of itself (`card.json`). */
export interface StudentCard {
  readonly formatVersion: 1;
  readonly id: string;
  readonly revision: string;
  readonly dims: number;
  readonly vocabularySize: number;
  /** SHA-256 of `table.safetensors`, 64 hex digits: a table that is not the card's is refused. */
  readonly table: string;
  /** Where the numbers come from, under which licence, and how they were made: for people. */
  readonly provenance: Readonly<Record<string, unknown>>;
}

/** @throws {ChelatedError} invalid_input when the text is not a card of this format */
export function readStudentCard(json: string): StudentCard {
  let card: Partial<StudentCard>;
  try {
    card = JSON.parse(json);
  } catch (cause) {
    throw new ChelatedError('invalid_input', 'card.json of the student is not JSON', { cause });
  }
  if (card.formatVersion !== 1) {
    throw new ChelatedError('invalid_input', `student card of format ${card.formatVersion}, this build reads format 1`);
  }
  const { id, revision, dims, vocabularySize, table } = card;
  const whole =
    [id, revision, table].every((x) => typeof x === 'string') && [dims, vocabularySize].every(Number.isInteger);
  if (!whole) {
    throw new ChelatedError('invalid_input', 'student card lacks one of id, revision, dims, vocabularySize, table');
  }
  return card as StudentCard;
}
