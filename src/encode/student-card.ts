import { z } from 'zod';
import { ChelatedError } from '../errors.ts';
import { wordPieceLimits } from '../kernels/word-piece-abi.ts';

const shape = z.object({
  formatVersion: z.literal(1),
  id: z.string(),
  revision: z.string(),
  dims: z.int().positive(),
  vocabularySize: z.int().positive(),
  /** Words and pairs of words are further tokens, hashed into 2^this buckets, without rows in the table. */
  wordBucketBits: z.int().min(1).max(wordPieceLimits.bucketBits).optional(),
  /** Fingerprint of `table.safetensors`: a table that is not the card's is refused. */
  table: z.string(),
  /** The teacher whose space the student lives in, and the fingerprint of `basis.safetensors`, which says where. */
  teacher: z.object({ id: z.string(), fingerprint: z.string(), basis: z.string() }).optional(),
  /** Fingerprint of `gate.safetensors`, where tokens are weighed by the text that they stand in. */
  gate: z.string().optional(),
  /** Where the numbers come from, under which licence, and how they were made: for people. */
  provenance: z.record(z.string(), z.unknown()),
});

/** What a student folder says of itself (`card.json`). */
export type StudentCard = Readonly<z.output<typeof shape>>;

/** @throws {ChelatedError} invalid_input, naming the field, when the text is not a card of this format */
export function readStudentCard(json: string): StudentCard {
  try {
    return shape.parse(JSON.parse(json));
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause).replace(/\s+/g, ' ') : 'it is not JSON';
    throw new ChelatedError('invalid_input', `card.json of a student cannot be used: ${reason}`, { cause });
  }
}
