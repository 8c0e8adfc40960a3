import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Encoder } from '../encode/encoder.ts';
import { openEncoder } from '../encode/open-encoder.ts';
import type { Dataset } from '../evaluate/dataset.ts';
import { readDataset } from '../evaluate/read-dataset.ts';
import type { Kernels } from '../kernels/kernels.ts';

/** The collection that is shipped: judged, with the teacher's vectors of its documents and queries. */
export interface Sample {
  readonly dataset: Dataset;
  readonly teacher: Encoder;
}

/** Folder of the sample: the same two steps up from src/cli and from dist/cli. */
const folder = fileURLToPath(new URL('../../assets/sample/', import.meta.url));

export async function openSample(kernels: Kernels): Promise<Sample> {
  const vectors = ['documents', 'queries'].map((name) => join(folder, 'teacher', `${name}.safetensors`));
  const [dataset, teacher] = await Promise.all([
    readDataset(folder, { split: 'test' }),
    openEncoder(`vectors:${vectors.join(',')}`, { kernels }),
  ]);
  return { dataset, teacher };
}
