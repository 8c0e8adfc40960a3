import type { SqliteStore } from './sqlite-store.ts';

export interface SqliteOptions {
  /**
   * `write` (the default): for this process alone, made where it is not there; read-only where nothing can be written.
   * `view`: beside the process that writes, as it was at this moment.
   */
  readonly access?: 'write' | 'view';
}

/**
 * The store in a SQLite database: of Bun, Deno, or Node.js 22.13 and later.
 *
 * @throws {ChelatedError} storage_failed: in use by another process, another application's, newer, damaged, or no SQLite
 *   here; not_found, for a view of a file that is not there
 */
export async function openSqliteStore(path: string, { access = 'write' }: SqliteOptions = {}): Promise<SqliteStore> {
  // Loaded here and not above: browsers and edges load this module too.
  const { loadDriver } = await import('./load-driver.ts');
  const driver = await loadDriver();
  const [{ openToWrite, openView }, { SqliteStore }, { migrations }] = await Promise.all([
    import('./open-database.ts'),
    import('./sqlite-store.ts'),
    import('./schema.ts'),
  ]);
  const open = access === 'write' ? openToWrite : openView;
  const { database, lock } = await open(driver, path, migrations);
  return new SqliteStore(database, lock);
}
