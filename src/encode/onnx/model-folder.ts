import { readdir, readFile, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { ChelatedError } from '../../errors.ts';
import type { ModelFile, ModelFiles } from './model-files.ts';

/**
 * A model in a folder on disk.
 *
 * @throws {ChelatedError} not_found when the folder cannot be read
 */
export async function modelFolder(folder: string): Promise<ModelFiles> {
  return {
    name: folder,
    files: await listFiles(folder),
    read: async (path) => {
      try {
        return await readFile(join(folder, path));
      } catch (cause) {
        throw new ChelatedError('not_found', `model ${folder} has no readable ${path}`, { cause });
      }
    },
  };
}

async function listFiles(folder: string): Promise<ModelFile[]> {
  let paths: string[];
  try {
    paths = await readdir(folder, { recursive: true });
  } catch (cause) {
    throw new ChelatedError('not_found', `model folder ${folder} cannot be read`, { cause });
  }
  const found = await Promise.all(
    paths.map(async (path) => ({ path: path.replaceAll(sep, '/'), stats: await stat(join(folder, path)) })),
  );
  return found.flatMap(({ path, stats }) => (stats.isFile() ? [{ path, bytes: stats.size }] : []));
}

/** Whether the folder holds a transformer: every one of the hub's layout has a config.json. */
export async function isModelFolder(folder: string): Promise<boolean> {
  return stat(join(folder, 'config.json')).then(
    (found) => found.isFile(),
    () => false,
  );
}
