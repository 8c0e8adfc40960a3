import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ChelatedError } from '../errors.ts';

/** Refuses a path that could not be written later: asked before the long work, not after it. */
export async function assertWritable(path: string): Promise<void> {
  const folder = dirname(resolve(path));
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new ChelatedError('not_found', `cannot write ${path}: there is no folder ${folder}`);
  const taken = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (taken) throw new ChelatedError('invalid_input', `cannot write ${path}: it is a folder`);
}

/** Writes all of it or nothing: to a file beside it first, on disk, then renamed. */
export async function writeFile(path: string, content: string | Uint8Array): Promise<void> {
  const draft = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    const file = await open(draft, 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true });
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ChelatedError('invalid_input', `cannot write ${path}: ${why}`, { cause });
  }
}

export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ChelatedError('invalid_input', `cannot make the folder ${path}: ${why}`, { cause });
  }
}
