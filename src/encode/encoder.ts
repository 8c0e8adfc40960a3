import type { Matrix } from '../matrix.ts';
import type { Device } from '../onnx/device.ts';
import type { TokenBags } from '../token-bags.ts';
import type { ContextGate } from './context-gate.ts';
import type { StaticTable } from './static-table.ts';
import type { TeacherSpace } from './teacher-space.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Some models put another prefix before a query than before a document. */
export type TextRole = 'document' | 'query';

export interface EncodeOptions {
  readonly role: TextRole;
  /** Ids of the texts, in their order: precomputed vectors that carry ids are looked up by them. */
  readonly ids?: readonly string[];
  /** Rows of the texts in their collection's file: for precomputed vectors, when only some of the collection is asked for. */
  readonly positions?: readonly number[];
  readonly signal?: AbortSignal;
  /** Called after each batch with the positions that are done and their vectors, by encoders whose batches take long: what a cache keeps. */
  readonly onBatch?: (positions: readonly number[], vectors: Matrix) => void;
  /** Called after each batch with the number of texts done, and how many of these a cache had. */
  readonly onProgress?: (done: number, total: number, known?: number) => void;
}

export interface Encoded {
  /** (n, d), unit rows. A row of `failed`, and the row of a text without any token, is zero. */
  readonly vectors: Matrix;
  /** Positions of texts that could not be embedded, ascending; they have no row in a fit. */
  readonly failed: readonly number[];
  /** Token ids and counts of the texts, where the encoder made them on the way: the same as `tokenize(texts)`. */
  readonly tokens?: TokenBags;
}

/**
 * Text in, unit vectors out: the student or the teacher. Results are in the order of the texts, and always finite.
 *
 * Edge    a text without any token ('', white space, control characters alone) has a zero vector and is `failed`: one
 *         empty document does not stop a corpus. Lone surrogates count as U+FFFD. Words outside of the vocabulary are
 *         the unknown token, a token like any other. A text of more than `maxTokens` tokens is cut there
 *
 * `encode` and `tokenize` throw {ChelatedError}, naming the text's position: invalid_input for a text that is not a
 * string, too_large for one of more than `config.encode.maxCharacters` UTF-16 units. An aborted `signal` rejects with its reason.
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
  /** What weighs its tokens by their text, where the table has one. */
  readonly gate?: ContextGate;
  /** Where its vectors lie in the space of the teacher it was made from, where they do. */
  readonly teacherSpace?: TeacherSpace;
  /** Set where vectors are looked up rather than made: a text outside of the collection has none. */
  readonly precomputed?: true;
  /** Where it runs now, where onnxruntime runs it. */
  readonly device?: Device | undefined;
  encode(texts: readonly string[], options: EncodeOptions): Promise<Encoded>;
  /**
   * Base vectors of tokens as they were counted (`tokenBags`, never what `tokenize` gives: a gate would weigh them twice),
   * where the student is a table: for callers who tokenise themselves. The tokens it gives back are weighed.
   * @throws {ChelatedError} invalid_input for an id outside of the vocabulary
   */
  encodeTokens?(tokens: TokenBags): Encoded;
  /** Distinct token ids and counts of the texts, weighed by the gate where there is one. */
  tokenize(texts: readonly string[]): TokenBags;
  dispose(): void;
}
