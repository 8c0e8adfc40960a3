import { ChelatedError } from '../errors.ts';
import type { Dataset } from '../evaluate/dataset.ts';
import { readDataset } from '../evaluate/read-dataset.ts';
import type { Collection } from './collection.ts';

/** The same collection with the judgements of its train split; null where it has none. */
export async function trainSplit({ dataset }: Pick<Collection, 'dataset'>): Promise<Dataset | null> {
  try {
    return await readDataset(dataset, { split: 'train' });
  } catch (error) {
    if (error instanceof ChelatedError && error.code === 'not_found') return null;
    throw error;
  }
}
