import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import { fingerprint } from '../fingerprint.ts';
import { holdShared, type SharedRows } from '../kernels/hold-shared.ts';
import type { Kernels, SparseRows } from '../kernels/kernels.ts';
import { type Matrix, matrix } from '../matrix.ts';
import { bagsBelow, type TokenBags, tokenBags } from '../token-bags.ts';
import { checkTexts } from './check-texts.ts';
import { type ContextGate, type HeldGate, heldGate } from './context-gate.ts';
import type { Encoded, EncodeOptions, Encoder } from './encoder.ts';
import { readTokens } from './read-tokens.ts';
import { type StaticTable, vocabularyOf } from './static-table.ts';
import type { TeacherSpace } from './teacher-space.ts';
import type { Tokenizer } from './tokenizer.ts';

/** What a static student is made of. */
export interface StaticModel {
  readonly id: string;
  readonly revision: string;
  readonly table: StaticTable;
  readonly tokenizer: Tokenizer;
  readonly gate?: ContextGate | undefined;
  readonly teacherSpace?: TeacherSpace | undefined;
}

/**
 * A static student: no network, one row and one weight a token. The table stays in kernel memory until `dispose()`, and while an adapter falls back on it.
 *
 *   base vector = normalise(Σ count(t)·weights[t]·table[t])   over the tokens t that have a row: word buckets have none
 *
 * With a context gate the counts are those that the gate leaves, here and in every bag of tokens that it gives out: what is
 * fitted and corrected on them then sees the same text.
 *
 * Edge    a text without any token: zero, and `failed`; documents and queries are encoded alike
 * @throws {ChelatedError} shape_mismatch when tokenizer, weights and table differ in vocabulary, or gate and table in width
 */
export async function staticEncoder(model: StaticModel, kernels: Kernels): Promise<Encoder> {
  const { id, revision, tokenizer } = model;
  const { rows, weights } = model.table;
  const buckets = vocabularyOf(model.table) - rows.rows;
  if (tokenizer.vocabularySize - buckets !== rows.rows || weights.length !== rows.rows) {
    const got = `${rows.rows} rows, ${weights.length} weights, ${tokenizer.vocabularySize - buckets} tokens`;
    throw new ChelatedError('shape_mismatch', `student ${id}: table, weights and tokenizer must agree, got ${got}`);
  }
  const { gate } = model;
  if (gate && (gate.context.rows !== rows.dims || gate.tokens.dims !== rows.dims)) {
    const got = `${gate.context.rows} and ${gate.tokens.dims}`;
    throw new ChelatedError('shape_mismatch', `student ${id}: its gate needs d=${rows.dims}, got ${got}`);
  }
  const pooling = `normalised weighted sum of the first ${config.encode.maxTokens} tokens`;
  const numbers = 'scales' in rows ? [rows.scales, rows.data] : [rows.data];
  const baseFingerprint = await fingerprint(
    ...['static', id, revision, tokenizer.hash, pooling, `${rows.rows} × ${rows.dims}`],
    weights,
    ...numbers,
    ...(gate ? ['gate', gate.context.data, gate.tokens.data] : []),
  );
  return new StaticEncoder(model, kernels, baseFingerprint);
}

class StaticEncoder implements Encoder {
  readonly id: string;
  readonly dims: number;
  readonly baseFingerprint: string;
  readonly tokenizer: Tokenizer;
  readonly maxTokens = config.encode.maxTokens;
  readonly table: StaticTable;
  readonly gate?: ContextGate;
  readonly teacherSpace?: TeacherSpace;
  readonly #kernels: Kernels;
  readonly #rows: SharedRows;
  readonly #gate: HeldGate | null;

  constructor({ id, table, tokenizer, gate, teacherSpace }: StaticModel, kernels: Kernels, baseFingerprint: string) {
    this.id = id;
    this.dims = table.rows.dims;
    this.baseFingerprint = baseFingerprint;
    this.tokenizer = tokenizer;
    this.table = table;
    if (teacherSpace) this.teacherSpace = teacherSpace;
    this.#kernels = kernels;
    this.#rows = holdShared(kernels, table.rows);
    if (gate) this.gate = gate;
    this.#gate = gate ? heldGate(kernels, table, gate) : null;
  }

  async encode(texts: readonly string[], options: EncodeOptions): Promise<Encoded> {
    checkTexts(texts);
    const lists: Uint32Array[] = [];
    for (let from = 0; from < texts.length; from += config.encode.batch) {
      // Between batches, so that a server answers others and a signal is heard.
      if (from > 0) await new Promise((resolve) => setTimeout(resolve, 0));
      options.signal?.throwIfAborted();
      const to = Math.min(from + config.encode.batch, texts.length);
      for (let i = from; i < to; i++) lists.push(this.tokenizer.encode(texts[i]!, this.maxTokens));
      options.onProgress?.(to, texts.length);
    }
    return this.encodeTokens(tokenBags(lists));
  }

  encodeTokens(tokens: TokenBags): Encoded {
    const wrong = tokens.ids.find((id) => id >= this.tokenizer.vocabularySize);
    if (wrong !== undefined) {
      const most = this.tokenizer.vocabularySize - 1;
      throw new ChelatedError('invalid_input', `token id ${wrong} is outside of the vocabulary, 0 … ${most}`);
    }
    const failed = Array.from({ length: tokens.rows }, (_, i) => i).filter(
      (i) => tokens.offsets[i] === tokens.offsets[i + 1],
    );
    const weighed = this.#weigh(tokens);
    return { vectors: this.#pool(weighed), failed, tokens: weighed };
  }

  tokenize(texts: readonly string[]): TokenBags {
    return this.#weigh(readTokens(texts, this.tokenizer));
  }

  #weigh(tokens: TokenBags): TokenBags {
    return this.#gate ? this.#gate.weigh(tokens) : tokens;
  }

  #pool(tokens: TokenBags): Matrix {
    if (tokens.rows === 0) return matrix(0, this.dims);
    const { weights, wordBuckets } = this.table;
    const { rows, offsets, ids, counts } = wordBuckets ? bagsBelow(tokens, weights.length) : tokens;
    const values = counts.map((count, e) => count * weights[ids[e]!]!);
    const S: SparseRows = { rows, columns: weights.length, offsets, ids, values };
    return this.#kernels.normalize(this.#kernels.embeddingBag(this.#rows.held, S));
  }

  dispose(): void {
    this.#gate?.free();
    this.#rows.free();
  }
}
