import { type Matrix, matrix } from '../matrix.ts';
import type { TokenBags } from '../token-bags.ts';
import type { DocumentBatch, DocumentFace, TokenBag } from './store.ts';

/** A document with its numbers, as an implementation holds it. */
export interface StoredDocument extends DocumentFace {
  readonly vector: Float32Array; // (d)
  readonly tokens: TokenBag | null;
}

/** The documents as one batch, everything copied. */
export function documentBatch(dims: number, documents: readonly StoredDocument[]): DocumentBatch {
  const untokenized: number[] = [];
  documents.forEach(({ tokens }, i) => {
    if (tokens === null) untokenized.push(i);
  });
  return {
    faces: documents.map(face),
    vectors: stackRows(
      dims,
      documents.map(({ vector }) => vector),
    ),
    tokens: joinBags(documents.map(({ tokens }) => tokens)),
    untokenized,
  };
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

/** One bag a row; where there is none, an empty one. */
function joinBags(bags: readonly (TokenBag | null)[]): TokenBags {
  const offsets = new Uint32Array(bags.length + 1);
  bags.forEach((bag, i) => {
    offsets[i + 1] = offsets[i]! + (bag?.ids.length ?? 0);
  });
  const ids = new Uint32Array(offsets[bags.length]!);
  const counts = new Float32Array(ids.length);
  bags.forEach((bag, i) => {
    ids.set(bag?.ids ?? [], offsets[i]);
    counts.set(bag?.counts ?? [], offsets[i]);
  });
  return { rows: bags.length, offsets, ids, counts };
}
