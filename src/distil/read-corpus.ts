import type { Encoded, Encoder } from '../encode/encoder.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, matrix, pickRows } from '../matrix.ts';
import { pickBags } from '../token-bags.ts';
import { type Corpus, pickEvents } from './corpus.ts';
import type { DistilProgress } from './distil-options.ts';
import { usableDocuments } from './usable-documents.ts';

export interface CorpusInput {
  readonly documents: { readonly ids: readonly string[]; readonly texts: readonly string[] };
  readonly student: Encoder;
  /** Null in baseline mode. */
  readonly teacher: Encoder | Matrix | null;
  readonly kernels: Kernels;
  readonly events?: readonly Uint32Array[];
  readonly onProgress?: DistilProgress;
  readonly signal?: AbortSignal;
}

export interface ReadCorpus {
  readonly corpus: Corpus;
  /** Positions of the usable documents, ascending. */
  readonly rows: Uint32Array;
  /** Documents without a student or teacher vector. */
  readonly failed: number;
}

/**
 * Encodes the documents by student and teacher and keeps those that both have a vector for.
 *
 * @throws {ChelatedError} invalid_input (ids and texts differ in number), shape_mismatch (teacher vectors)
 */
export async function readCorpus({
  documents,
  student,
  teacher,
  kernels,
  events,
  onProgress,
  signal,
}: CorpusInput): Promise<ReadCorpus> {
  const { ids, texts } = documents;
  if (ids.length !== texts.length) {
    throw new ChelatedError('invalid_input', `${texts.length} documents need as many ids, got ${ids.length}`);
  }
  const encode = (encoder: Encoder, step: 'student' | 'teacher'): Promise<Encoded> =>
    encoder.encode(texts, {
      role: 'document',
      ids,
      ...(signal ? { signal } : {}),
      onProgress: (done, total) => onProgress?.(step, done / Math.max(total, 1)),
    });
  const base = await encode(student, 'student');
  const taught = teacher && ('data' in teacher ? { vectors: teacher, failed: [] } : await encode(teacher, 'teacher'));
  if (taught && taught.vectors.rows !== texts.length) {
    throw new ChelatedError(
      'shape_mismatch',
      `${texts.length} documents need as many teacher vectors, got ${taught.vectors.rows}; give them in the order of the documents`,
    );
  }
  // Rows that are not finite are masked; rows that are not there are a mistake.
  if (taught) matrix(taught.vectors.rows, taught.vectors.dims, taught.vectors.data);
  const { rows, failed } = taught ? usableDocuments(texts.length, base, taught) : usableDocuments(texts.length, base);
  const tokens = base.tokens ?? student.tokenize(texts);
  const corpus: Corpus = {
    texts: Array.from(rows, (i) => texts[i]!),
    // Not copied where every document is usable: the vectors are most of the memory.
    X: failed === 0 ? base.vectors : pickRows(base.vectors, rows),
    bags: failed === 0 ? tokens : pickBags(tokens, rows),
    T: taught && unitRows(kernels, failed === 0 ? taught.vectors : pickRows(taught.vectors, rows)),
    table: student.table ?? null,
    vocabulary: student.tokenizer.vocabularySize,
    events: events ? pickEvents(events, rows) : null,
  };
  return { corpus, rows, failed };
}

/** Rows to unit length; those that are (to f16's rounding) are not copied. */
function unitRows(kernels: Kernels, X: Matrix): Matrix {
  for (let i = 0; i < X.rows; i++) {
    let square = 0;
    for (let j = i * X.dims; j < (i + 1) * X.dims; j++) square += X.data[j]! ** 2;
    if (Math.abs(square - 1) > 2e-3) return kernels.normalize(X);
  }
  return X;
}
