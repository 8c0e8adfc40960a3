import { mapTeacher } from '../distil/align.ts';
import { meanRow } from '../distil/mean-row.ts';
import { type HubnessCorrection, type HubnessInput, mapBoth } from './correction.ts';

/**
 * Takes the documents' mean off both sides: normalise(x − mean).
 *
 * Source  Suzuki, Hara, Shimbo, Saerens & Fukumizu 2013 (centring against hubs)
 */
export function meanCentre(input: HubnessInput): HubnessCorrection {
  const mean = Float32Array.from(meanRow(input.documents));
  return mapBoth(input, (X) => mapTeacher(input.kernels, X, { mean, map: null }));
}
