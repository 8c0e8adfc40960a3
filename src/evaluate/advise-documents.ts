import type { AdapterCard, SignalFigures } from '../adapter/card.ts';
import { config } from '../config.ts';

/** What is searched: corrected student vectors, or the mean of each with the teacher's own vector of the document. */
export type DocumentSide = 'corrected' | 'mixed';

/**
 * Which documents a corrected query should search, where the teacher's vectors of them are there: the mean only where passages
 * find what the teacher would by z > config.gate.zAlone better. The signal leans towards the teacher's own vectors, and nothing
 * stands beside it: hence the stricter limit.
 *
 * @example
 * adviseDocuments({ queries: 300, student: 0.23, candidate: 0.24, z: 5.8 }); // => 'mixed'
 * adviseDocuments(null); // => 'corrected'
 */
export function adviseDocuments(mixed: SignalFigures | null): DocumentSide {
  return mixed !== null && mixed.z > config.gate.zAlone ? 'mixed' : 'corrected';
}

/** The advice that an adapter's card has from its distillation; null where it has none. */
export function adviceOf({ fit: { documentSide } }: Pick<AdapterCard, 'fit'>): DocumentSide | null {
  return documentSide === 'corrected' || documentSide === 'mixed' ? documentSide : null;
}
