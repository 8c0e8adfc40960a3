import { MemoryStore } from '../store/memory-store.ts';
import type { Store } from '../store/store.ts';

/** The store in a folder or file, made where it is not there; in memory where none is named. @throws {ChelatedError} storage_failed */
export async function openStore(data: string | undefined): Promise<Store> {
  if (data === undefined) return new MemoryStore();
  const [{ makeDatabasePath }, { openSqliteStore }] = await Promise.all([
    import('../store/sqlite/database-path.ts'),
    import('../store/sqlite/open-sqlite-store.ts'),
  ]);
  return openSqliteStore(await makeDatabasePath(data));
}
