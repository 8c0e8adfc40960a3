import { ChelatedError } from '../../errors.ts';
import type { OpenDriver, SqlDriver } from './sql-driver.ts';
import { storageFailure } from './storage-failure.ts';

export interface Lock {
  release(): void;
}

/** Held here too: a connection that nobody refers to is closed by the garbage collector, and its lock would go with it. */
const held = new Set<SqlDriver>();

/**
 * Keeps every other process out, until it is released or this process ends, however it ends: it is the operating system's
 * lock on a file beside the database, which stays empty and is not removed (removing it would let two in).
 *
 * Null where no such file can be made, as in a read-only folder.
 *
 * @throws {ChelatedError} storage_failed when another process has it
 */
export function takeLock(open: OpenDriver, path: string): Lock | null {
  let driver: SqlDriver | undefined;
  try {
    driver = open(`${path}.lock`, 'write');
    // In memory, or the transaction would leave a journal beside it.
    driver.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return hold(driver);
  } catch (error) {
    driver?.close();
    const failure = storageFailure(path, error);
    if (failure instanceof ChelatedError && failure.message.includes('in use')) throw failure;
    return null;
  }
}

function hold(driver: SqlDriver): Lock {
  held.add(driver);
  return {
    release() {
      if (held.delete(driver)) driver.close();
    },
  };
}
