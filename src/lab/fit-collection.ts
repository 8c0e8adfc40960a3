import type { Adapter } from '../adapter/adapter.ts';
import type { GateFigures } from '../adapter/card.ts';
import { withCandidate } from '../distil/candidate.ts';
import { distil } from '../distil/distil.ts';
import type { DistilOptions, DistilResult } from '../distil/distil-options.ts';
import { wrappedEncoder } from '../encode/wrapped-encoder.ts';
import type { Matrix } from '../matrix.ts';
import type { Collection, Sides } from './collection.ts';
import type { LabRow } from './experiment.ts';
import { round } from './score-sides.ts';

export type FitOptions = Partial<Omit<DistilOptions, 'documents' | 'student' | 'kernels'>>;

export interface CollectionFit {
  readonly result: DistilResult;
  /** Both sides corrected. */
  readonly sides: Sides;
  /** The teacher's own documents where corrected queries can search them; null without a teacher. */
  readonly aligned: Matrix | null;
}

/**
 * Distils an adapter from a collection's documents, whatever the gate says, and corrects both of its sides. The queries
 * and judgements of the collection take no part.
 */
export async function fitCollection(collection: Collection, options: FitOptions): Promise<CollectionFit> {
  const { kernels, encoder, texts, ids, taught, teacher, seed } = collection;
  // The student's vectors are there already; making them again would only cost time.
  const student = wrappedEncoder(encoder, { encode: encodeOnce(collection) });
  const result = await distil({
    documents: { ids, texts },
    student,
    kernels,
    ...(options.mode !== 'baseline' && { teacherVectors: taught.documents, teacherId: teacher }),
    seed,
    force: true,
    ...options,
  });
  const T = options.mode === 'baseline' ? null : (options.teacherVectors ?? taught.documents);
  return correctCollection(collection, result, T);
}

/** Corrects both sides of a collection with parts made anywhere. */
export function correctCollection(
  { kernels, encoder, base }: Collection,
  result: Pick<DistilResult, 'parts' | 'card'> & Partial<DistilResult>,
  T: Matrix | null,
): Promise<CollectionFit> {
  return withCandidate(kernels, { table: encoder.table ?? null }, result, async (adapter: Adapter) => ({
    result: { figures: result.card.fit, steps: [], ...result },
    sides: {
      documents: await adapter.correct({ vectors: base.documents, tokens: base.bags }),
      queries: await adapter.correct({ vectors: base.queries, tokens: base.queryBags }),
    },
    aligned: T && result.parts.teacher ? adapter.alignTeacher(T) : null,
  }));
}

/** What the gate measured, as columns. */
export function gateColumns(gate: GateFigures | null): LabRow {
  const signal = (name: string, of: GateFigures['agreement']): LabRow => ({
    [name]: of && round(of.candidate),
    [`${name}Z`]: of && round(of.z),
  });
  return {
    promoted: gate?.promoted ?? null,
    ...signal('agreement', gate?.agreement ?? null),
    ...signal('cloze', gate?.inverseCloze ?? null),
  };
}

function encodeOnce({ encoder, texts, base }: Collection): typeof encoder.encode {
  return async (asked, options) =>
    asked === texts ? { vectors: base.documents, failed: [], tokens: base.bags } : encoder.encode(asked, options);
}
