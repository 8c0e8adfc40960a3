import { existsSync } from 'node:fs';
import { copyFile, rename, rm } from 'node:fs/promises';
import { ChelatedError } from '../../errors.ts';
import { type Contents, checkFile } from './check-file.ts';
import { loadDriver } from './load-driver.ts';
import { existing, logBytes, restoring } from './open-database.ts';
import { realPath } from './real-path.ts';
import { migrations } from './schema.ts';
import type { OpenDriver } from './sql-driver.ts';
import { storageFailure } from './storage-failure.ts';
import { syncFile, syncFolder } from './sync.ts';
import { takeLock } from './take-lock.ts';

export interface Restored extends Contents {
  /** Where the database that was there before is now, null where there was none. */
  readonly before: string | null;
}

/**
 * Puts a backup in the place of the database, which is kept aside. It is checked, and its copy on disk, before anything is moved.
 *
 * @throws {ChelatedError} storage_failed: in use, damaged, another application's, newer; not_found, invalid_input
 */
export async function restoreDatabase(from: string, path: string): Promise<Restored> {
  const driver = await loadDriver();
  const [backup, file] = [await existing(from), await realPath(path)];
  if (backup === file) {
    throw new ChelatedError(
      'invalid_input',
      `${from} is the database itself; name the file that chelated backup wrote`,
    );
  }
  if (logBytes(backup) > 0) {
    const why = 'has a log beside it: it is a database in use or was not closed';
    throw new ChelatedError('invalid_input', `${from} ${why}; name a file that chelated backup wrote`);
  }
  const lock = takeLock(driver, file);
  if (!lock) {
    throw new ChelatedError(
      'storage_failed',
      `database ${path} cannot be written; see that its folder is there and may be written`,
    );
  }
  const draft = restoring(file);
  let moving = false;
  try {
    const contents = checkBackup(driver, backup);
    await copyFile(backup, draft);
    await syncFile(draft);
    moving = true;
    const before = await setAside(file);
    await rename(draft, file);
    moving = false;
    await syncFolder(file);
    return { ...contents, before };
  } catch (error) {
    throw storageFailure(file, error);
  } finally {
    // With the database aside, the draft keeps others from making an empty one in its place.
    if (!moving) await rm(draft, { force: true });
    lock.release();
  }
}

function checkBackup(driver: OpenDriver, backup: string): Contents {
  try {
    return checkFile(driver, backup, migrations.length);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ChelatedError('storage_failed', `nothing was changed: ${why}`, { cause });
  }
}

/**
 * With its log under the same name, so that both are still one database. A log that stayed would be taken for that of the
 * file that comes in its place. Where this is cut short, the draft is there and no database, and opening refuses.
 */
async function setAside(file: string): Promise<string | null> {
  let aside = `${file}.before-restore`;
  for (let i = 2; existsSync(aside); i++) aside = `${file}.before-restore-${i}`;
  const was = existsSync(file);
  if (was) await rename(file, aside);
  if (existsSync(`${file}-wal`)) await rename(`${file}-wal`, `${aside}-wal`);
  await rm(`${file}-shm`, { force: true });
  return was ? aside : null;
}
