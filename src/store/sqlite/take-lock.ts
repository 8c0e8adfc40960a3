import { ChelatedError } from '../../errors.ts';
import type { OpenDriver } from './sql-driver.ts';
import { storageFailure } from './storage-failure.ts';

export interface Lock {
  release(): void;
}

/**
 * Keeps every other process out, until it is released or this process ends, however it ends: it is the operating system's
 * lock on a file beside the database, which stays empty and is not removed (removing it would let two in).
 *
 * Null where no such file can be made, as in a read-only folder.
 *
 * @throws {ChelatedError} storage_failed when another process has it
 */
export function takeLock(open: OpenDriver, path: string): Lock | null {
  let driver: ReturnType<OpenDriver> | undefined;
  try {
    driver = open(`${path}.lock`, 'write');
    // In memory, or the transaction would leave a journal beside it.
    driver.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return { release: () => driver!.close() };
  } catch (error) {
    driver?.close();
    const failure = storageFailure(path, error);
    if (failure instanceof ChelatedError && failure.message.includes('in use')) throw failure;
    return null;
  }
}
