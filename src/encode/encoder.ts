import type { Matrix } from '../matrix.ts';
import type { TokenBags } from '../token-bags.ts';
import type { StaticTable } from './static-table.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Some models put another prefix before a query than before a document. */
export type TextRole = 'document' | 'query';

export interface EncodeOptions {
  readonly role: TextRole;
  readonly signal?: AbortSignal;
  /** Called after each batch with the number of texts done. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Encoded {
  /** (n, d), unit rows. A row of `failed`, and the row of a text without any token, is zero. */
  readonly vectors: Matrix;
  /** Positions of texts that could not be embedded; they have no row in a fit. */
  readonly failed: readonly number[];
}

/**
 * Text in, unit vectors out: the student or the teacher. Results are in the order of the texts.
 *
 * @throws {ChelatedError} invalid_input for a text that is not a string or is empty, naming its position
 */
export interface Encoder {
  /** What a user calls it: `static`, a model id, a file. */
  readonly id: string;
  readonly dims: number;
  /** Hash of everything that decides a base vector: id and revision, tokenizer, pooling, token weights, dims. */
  readonly baseFingerprint: string;
  /** Token ids of the same texts, for adapters that need them. */
  readonly tokenizer: Tokenizer;
  /** At most so many tokens of a text are read. */
  readonly maxTokens: number;
  /** The token table, where the student is one. */
  readonly table?: StaticTable;
  encode(texts: readonly string[], options: EncodeOptions): Promise<Encoded>;
  /** Distinct token ids and counts of the texts. */
  tokenize(texts: readonly string[]): TokenBags;
  dispose(): void;
}
