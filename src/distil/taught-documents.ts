import type { FitFigures } from '../adapter/card.ts';
import type { Encoder } from '../encode/encoder.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { Matrix } from '../matrix.ts';
import type { DistilProgress } from './distil-options.ts';

/** Documents to be taught by several teachers. */
export interface TeachingInput {
  readonly documents: { readonly ids: readonly string[]; readonly texts: readonly string[] };
  readonly student: Encoder;
  readonly kernels: Kernels;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: DistilProgress;
}

/** What several teachers together say of the documents: `distil` takes it as one teacher's. */
export interface TaughtDocuments {
  /** `teacherVectors` of `distil`: (n, e) in the order of the documents; a zero row is a document without a vector. */
  readonly vectors: Matrix;
  /** `teacherId` of `distil`. */
  readonly id: string;
  /** Who had how much to say, for people. */
  readonly figures: FitFigures;
}

/** A teacher's vectors of some texts, zero where it failed. */
export async function taughtBy(
  { signal, onProgress }: TeachingInput,
  teacher: Encoder,
  { ids, texts }: TeachingInput['documents'],
  positions?: readonly number[],
): Promise<Matrix> {
  const { vectors } = await teacher.encode(texts, {
    role: 'document',
    ids,
    ...(positions && { positions }),
    ...(signal && { signal }),
    onProgress: (done, total) => onProgress?.('teacher', done / Math.max(total, 1)),
  });
  return vectors;
}
