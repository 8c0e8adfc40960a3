import { join } from 'node:path';
import { MemoryStore } from '../store/memory-store.ts';
import type { Store } from '../store/store.ts';
import { makeFolder } from './write-file.ts';

/** The store in a folder, or in memory where none is named. @throws {ChelatedError} storage_failed */
export async function openStore(folder: string | undefined): Promise<Store> {
  if (folder === undefined) return new MemoryStore();
  await makeFolder(folder);
  const { openSqliteStore } = await import('../store/sqlite/open-sqlite-store.ts');
  return openSqliteStore(join(folder, 'chelated.db'));
}
