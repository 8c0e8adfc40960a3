import { ChelatedError } from '../../errors.ts';
import type { ModelFiles } from './model-files.ts';

/** A file of a folder that a person chose, and its path from that folder's parent (`webkitRelativePath`). */
export interface ChosenFile {
  readonly path: string;
  readonly file: Blob;
}

/**
 * A model in a folder that was chosen in a browser. Files are read when they are needed.
 *
 * @throws {ChelatedError} not_found when they are not the files of one folder
 * @example
 * const folder = [{ path: 'tiny/config.json', file: new Blob(['{}']) }];
 * const { name, files } = modelFromFiles(folder);
 * [name, files[0].path, files[0].bytes]; // => ['tiny', 'config.json', 2]
 */
export function modelFromFiles(chosen: readonly ChosenFile[]): ModelFiles {
  const [name = ''] = chosen[0]?.path.split('/') ?? [];
  if (chosen.some(({ path }) => !path.startsWith(`${name}/`))) {
    throw new ChelatedError('not_found', 'expected the files of one model folder; choose the folder itself');
  }
  const files = new Map(chosen.map(({ path, file }) => [path.slice(name.length + 1), file]));
  return {
    name,
    files: Array.from(files, ([path, { size }]) => ({ path, bytes: size })),
    read: async (path) => {
      try {
        return new Uint8Array(await files.get(path)!.arrayBuffer());
      } catch (cause) {
        throw new ChelatedError('not_found', `model ${name} has no readable ${path}`, { cause });
      }
    },
  };
}
