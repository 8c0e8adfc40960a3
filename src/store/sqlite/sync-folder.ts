import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Puts on disk under which name a file is there: a rename alone may not outlive a power failure. */
export async function syncFolder(path: string): Promise<void> {
  // Not every system lets a folder be opened; those keep names by themselves.
  const folder = await open(dirname(path)).catch(() => null);
  if (!folder) return;
  try {
    await folder.sync();
  } catch {
    // The same.
  } finally {
    await folder.close();
  }
}
