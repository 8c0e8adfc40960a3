import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Toy, toyModel } from './toy-model.ts';

/** Writes a toy's files below the folder, as a user has a model on disk. */
export async function writeToyModel(folder: string, toy: Toy): Promise<void> {
  const model = toyModel(toy);
  for (const { path } of model.files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), await model.read(path));
  }
}
