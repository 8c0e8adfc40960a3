import type { Database } from './database.ts';
import { versionOf } from './migrate.ts';
import { connect } from './open-database.ts';
import type { OpenDriver } from './sql-driver.ts';
import { damaged } from './storage-failure.ts';

/** What a whole file holds. */
export interface Contents {
  readonly version: number;
  readonly collections: number;
  readonly documents: number;
}

/**
 * Reads all of a file that nobody has open, and counts what is in it.
 *
 * @throws {ChelatedError} storage_failed: damaged, another application's, or of a newer chelated
 */
export function checkFile(open: OpenDriver, path: string, newest: number): Contents {
  const database = connect(open, path, 'still');
  try {
    return database.read(() => contents(database, newest));
  } finally {
    database.close();
  }
}

function contents(database: Database, newest: number): Contents {
  const version = versionOf(database, newest);
  if (version === 0) throw damaged(database.path, 'it is empty');
  const found = database.statement('PRAGMA integrity_check(1)').get()?.integrity_check;
  if (found !== 'ok') throw damaged(database.path, String(found));
  const alone = database.statement('PRAGMA foreign_key_check').get();
  if (alone) throw damaged(database.path, `a row of ${alone.table} belongs to nothing`);
  const count = (table: string) => database.statement(`SELECT count(*) AS n FROM ${table}`).get()!.n as number;
  return { version, collections: count('collection'), documents: count('document') };
}
