import { type Matrix, matrix, row } from '../matrix.ts';
import { tokenBagsOf } from '../token-bags.ts';
import type { DocumentBatch, DocumentFace, NewDocument, TokenBag } from './store.ts';

/** A document with its numbers, as an implementation holds it. */
export interface StoredDocument extends DocumentFace {
  readonly vector: Float32Array; // (d)
  readonly tokens: TokenBag | null;
}

/** The documents as one batch, everything copied. */
export function documentBatch(dims: number, documents: readonly StoredDocument[]): DocumentBatch {
  return { faces: documents.map(face), ...batchNumbers(dims, documents) };
}

/** The numbers of documents side by side, everything copied. */
export function batchNumbers(
  dims: number,
  documents: readonly Pick<NewDocument, 'vector' | 'tokens'>[],
): Omit<DocumentBatch, 'faces'> {
  return {
    vectors: stackRows(
      dims,
      documents.map(({ vector }) => vector),
    ),
    tokens: tokenBagsOf(documents.map(({ tokens }) => tokens)),
    untokenized: documents.flatMap(({ tokens }, i) => (tokens === null ? [i] : [])),
  };
}

/** The documents of a batch one by one, as views of it. */
export function documentsOf({ faces, vectors, tokens, untokenized }: DocumentBatch): StoredDocument[] {
  const unknown = new Set(untokenized);
  return faces.map((face, i) => {
    const [from, to] = [tokens.offsets[i], tokens.offsets[i + 1]];
    const bag = { ids: tokens.ids.subarray(from, to), counts: tokens.counts.subarray(from, to) };
    return { ...face, vector: row(vectors, i), tokens: unknown.has(i) ? null : bag };
  });
}

/** The document without its numbers. */
export function face({ row, id, text, metadata }: DocumentFace): DocumentFace {
  return { row, id, text, metadata: copyJson(metadata) };
}

/** What can be written as JSON, copied: what a caller keeps in hand never changes what is stored. */
export function copyJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

/** Vectors of one width as the rows of a matrix, copied. */
export function stackRows(dims: number, vectors: readonly Float32Array[]): Matrix {
  const stacked = matrix(vectors.length, dims);
  vectors.forEach((vector, i) => {
    stacked.data.set(vector, i * dims);
  });
  return stacked;
}
