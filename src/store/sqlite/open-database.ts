import { existsSync, statSync } from 'node:fs';
import { access, constants, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ChelatedError } from '../../errors.ts';
import { Database } from './database.ts';
import { migrate, versionOf } from './migrate.ts';
import type { OpenDriver } from './sql-driver.ts';
import { storageFailure } from './storage-failure.ts';
import { syncFolder } from './sync-folder.ts';
import { type Lock, takeLock } from './take-lock.ts';

export interface OpenedDatabase {
  readonly database: Database;
  /** Null where the database is only read. */
  readonly lock: Lock | null;
}

/**
 * Opens the file for this process alone and brings it to the newest version. Another application's file and a newer one are
 * refused before anything is written. Where nothing can be written, what is there is opened to read.
 */
export async function openToWrite(open: OpenDriver, path: string, steps: readonly string[]): Promise<OpenedDatabase> {
  const file = await real(path);
  const exists = await hasContent(file);
  if (exists) peek(open, file, steps.length);
  const lock = takeLock(open, file);
  try {
    if (lock && !exists) await make(open, file, steps);
    if (lock && (await isWritable(file))) return { database: writer(open, file, steps), lock };
  } catch (error) {
    lock?.release();
    throw storageFailure(file, error);
  }
  lock?.release();
  if (!exists) {
    const advice = 'see that its folder is there and may be written';
    throw new ChelatedError('storage_failed', `database ${path} cannot be made; ${advice}`);
  }
  return { database: openToRead(open, file, steps), lock: null };
}

/**
 * Opens the file beside the process that writes it, which goes on: a view of this moment, for as long as it is open.
 *
 * @throws {ChelatedError} not_found, storage_failed
 */
export async function openView(open: OpenDriver, path: string, steps: readonly string[]): Promise<OpenedDatabase> {
  const file = await real(path);
  if (!(await hasContent(file))) {
    throw new ChelatedError(
      'not_found',
      `there is no database ${path}; name the folder or file that chelated was started with`,
    );
  }
  return { database: openToRead(open, file, steps), lock: null };
}

/** A file that is there is always whole: a new one is made beside it first. */
async function make(open: OpenDriver, path: string, steps: readonly string[]): Promise<void> {
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  writer(open, draft, steps).close();
  await rename(draft, path);
  await syncFolder(path);
}

function writer(open: OpenDriver, path: string, steps: readonly string[]): Database {
  const database = connect(open, path, 'write');
  try {
    return database.read(() => {
      migrate(database, steps);
      const mode = database.statement('PRAGMA journal_mode = WAL').get()?.journal_mode;
      if (mode !== 'wal') {
        const problem = 'its disk has no write-ahead log (is it a network disk?); keep it on a disk of this machine';
        throw new ChelatedError('storage_failed', `database ${path}: ${problem}`);
      }
      // FULL: what a call has resolved for is on disk, also when the power fails.
      database.exec('PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000');
      return database;
    });
  } catch (error) {
    database.close();
    throw error;
  }
}

function openToRead(open: OpenDriver, path: string, steps: readonly string[]): Database {
  const database = reader(open, path);
  try {
    database.read(() => database.exec('BEGIN'));
    const version = database.read(() => versionOf(database, steps.length));
    if (version === steps.length) return database;
    const advice = 'open it once where it can be written, which brings it to this version';
    throw new ChelatedError('storage_failed', `database ${path} is of the older version ${version}; ${advice}`);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Refuses what is not ours, or newer. Leaves nothing beside the file, as readers of one with a log do. */
function peek(open: OpenDriver, path: string, newest: number): void {
  const database = connect(open, path, existsSync(`${path}-wal`) ? 'read' : 'still');
  try {
    database.read(() => versionOf(database, newest));
  } finally {
    database.close();
  }
}

/** Where the folder is read-only SQLite may not make the files in which readers and writers meet: then nobody writes. */
function reader(open: OpenDriver, path: string): Database {
  const database = connect(open, path, 'read');
  try {
    database.statement('SELECT 1 FROM sqlite_schema').get();
    return database;
  } catch (error) {
    database.close();
    const failure = storageFailure(path, error);
    const closedHere = error instanceof Error && /unable to open|readonly/.test(error.message);
    // What the last writer left there is not in the file itself yet.
    if (!closedHere || (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) throw failure;
    return connect(open, path, 'still');
  }
}

function connect(open: OpenDriver, path: string, access: 'write' | 'read' | 'still'): Database {
  try {
    return new Database(open(path, access), path, { readOnly: access !== 'write' });
  } catch (error) {
    throw storageFailure(path, error);
  }
}

/** Without links, so that one file has one lock. */
async function real(path: string): Promise<string> {
  return realpath(path).catch(async () => {
    const folder = dirname(resolve(path));
    return join(await realpath(folder).catch(() => folder), basename(path));
  });
}

const hasContent = (path: string) =>
  stat(path).then(
    ({ size }) => size > 0,
    () => false,
  );

const isWritable = (path: string) =>
  access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
