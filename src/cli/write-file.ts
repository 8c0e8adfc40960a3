import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ChelatedError } from '../errors.ts';

/** Refuses a path that could not be written later: asked before the long work, not after it. */
export async function assertWritable(path: string): Promise<void> {
  if (path.trim() === '') throw new ChelatedError('invalid_input', 'expected the name of a file to write, got none');
  const folder = dirname(resolve(path));
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new ChelatedError('not_found', `cannot write ${path}: there is no folder ${folder}`);
  const taken = await stat(path).catch(() => null);
  if (taken && !taken.isFile()) {
    const what = taken.isDirectory() ? 'a folder' : 'a device or a pipe';
    throw new ChelatedError('invalid_input', `cannot write ${path}: it is ${what}`);
  }
  // Permissions do not tell all (read-only disks): only writing does.
  await withDraft(path, { keep: false });
}

/** Writes all of it or nothing: to a file beside it first, on disk, then renamed. */
export async function writeFile(path: string, content: string | Uint8Array): Promise<void> {
  await withDraft(path, { content, keep: true });
}

async function withDraft(path: string, { content = '', keep }: { content?: string | Uint8Array; keep: boolean }) {
  const draft = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    const file = await open(draft, 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    if (keep) await rename(draft, path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ChelatedError('invalid_input', `cannot write ${path}: ${why}`, { cause });
  } finally {
    await rm(draft, { force: true });
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
