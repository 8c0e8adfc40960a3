import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import { fingerprint } from '../fingerprint.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { matrix, row } from '../matrix.ts';
import { checkTexts } from './check-texts.ts';
import type { Encoder } from './encoder.ts';
import { readTokens } from './read-tokens.ts';
import type { Tokenizer } from './tokenizer.ts';
import { rowsOf, type VectorSource } from './vector-source.ts';

export interface VectorModel {
  readonly id: string;
  /** Name of the model that made the vectors, where it is known. */
  readonly model?: string;
  readonly documents: VectorSource;
  /** Not there: documents alone can be asked for, which is all that a teacher needs. */
  readonly queries?: VectorSource;
}

/**
 * An encoder that looks up vectors made elsewhere. Texts are only read for their tokens.
 *
 * Unit    rows are scaled to unit length. Zero rows, and ids that the source lacks, are `failed`
 * Edge    a file does not tell which model made it: the base fingerprint covers the width, the tokenizer and `model`,
 *         not the numbers, so that an adapter fitted on some documents serves others of the same model
 *
 * @throws {ChelatedError} shape_mismatch, not_finite, invalid_input; `encode` also not_found (no queries, no known id)
 */
export async function vectorEncoder(source: VectorModel, tokenizer: Tokenizer, kernels: Kernels): Promise<Encoder> {
  const { id, documents, queries } = source;
  const { dims } = documents.vectors;
  if (queries && queries.vectors.dims !== dims) {
    const got = `documents of ${dims} and queries of ${queries.vectors.dims} dimensions`;
    throw new ChelatedError('shape_mismatch', `${id}: got ${got}; both must come from one model`);
  }
  const sides = {
    document: { vectors: documents.vectors, rowsOf: rowsOf(documents, `${id}: documents`) },
    query: queries && { vectors: queries.vectors, rowsOf: rowsOf(queries, `${id}: queries`) },
  };
  return {
    id,
    dims,
    baseFingerprint: await fingerprint('vectors', source.model ?? '', `${dims}`, tokenizer.hash),
    tokenizer,
    maxTokens: config.encode.maxTokens,
    precomputed: true,
    tokenize: (texts) => readTokens(texts, tokenizer),
    dispose: () => {},
    async encode(texts, options) {
      checkTexts(texts);
      options.signal?.throwIfAborted();
      const side = sides[options.role];
      if (!side)
        throw new ChelatedError('not_found', `${id} has no queries; name both files: vectors:DOCUMENTS,QUERIES`);
      const rows = side.rowsOf(texts.length, options);
      const found = matrix(rows.length, dims);
      rows.forEach((from, i) => {
        if (from >= 0) found.data.set(row(side.vectors, from), i * dims);
      });
      const vectors = kernels.normalize(found);
      const failed = Array.from(rows.keys()).filter((i) => row(found, i).every((x) => x === 0));
      options.onProgress?.(texts.length, texts.length);
      return { vectors, failed };
    },
  };
}
