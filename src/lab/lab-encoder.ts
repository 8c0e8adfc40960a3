import { join } from 'node:path';
import type { Encoder } from '../encode/encoder.ts';
import { openEncoder } from '../encode/open-encoder.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { datasetName } from './experiment.ts';

const stored = 'stored:';

/**
 * An encoder of several collections: as `openEncoder` has them, `{dataset}` in its name standing for the collection's; or
 * `stored:MODEL`, the vectors below CHELATED_VECTORS/MODEL/COLLECTION.
 *
 * @throws {ChelatedError} not_found when CHELATED_VECTORS is not set; what `openEncoder` throws
 */
export function openLabEncoder(id: string, dataset: string, kernels: Kernels): Promise<Encoder> {
  const name = datasetName(dataset);
  if (!id.startsWith(stored)) return openEncoder(id.replaceAll('{dataset}', name), { kernels });
  const vectors = process.env.CHELATED_VECTORS;
  if (!vectors) {
    throw new ChelatedError('not_found', `${id} needs CHELATED_VECTORS, the folder of MODEL/COLLECTION/documents.npy`);
  }
  const folder = join(vectors, id.slice(stored.length), name);
  return openEncoder(`vectors:${join(folder, 'documents.npy')},${join(folder, 'queries.npy')}`, { kernels });
}

/** The model behind stored vectors, for texts that are not stored; null where no name is known. */
export function modelOf(id: string): string | null {
  return id.startsWith(stored) ? id.slice(stored.length) : id.startsWith('vectors:') ? null : id;
}
