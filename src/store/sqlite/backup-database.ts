import { randomUUID } from 'node:crypto';
import { rename, rm, stat } from 'node:fs/promises';
import { ChelatedError } from '../../errors.ts';
import { type Contents, checkFile } from './check-file.ts';
import { loadDriver } from './load-driver.ts';
import { existing, openToRead } from './open-database.ts';
import { realPath } from './real-path.ts';
import { migrations } from './schema.ts';
import { storageFailure } from './storage-failure.ts';
import { syncFile, syncFolder } from './sync.ts';

export interface Backup extends Contents {
  readonly bytes: number;
}

/**
 * Copies the database to one file, as it was at one moment, while the process that writes it goes on. The copy is read back
 * and on disk before it gets its name.
 *
 * @throws {ChelatedError} storage_failed, not_found, invalid_input
 */
export async function backupDatabase(path: string, out: string): Promise<Backup> {
  const driver = await loadDriver();
  const file = await existing(path);
  if ((await realPath(out)) === file) {
    throw new ChelatedError('invalid_input', `${out} is the database itself; give the backup another name`);
  }
  const draft = `${out}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    const database = openToRead(driver, file, migrations);
    try {
      database.read(() => database.statement('VACUUM INTO ?').run(draft));
    } finally {
      database.close();
    }
    const contents = checkFile(driver, draft, migrations.length);
    await syncFile(draft);
    await rename(draft, out);
    await syncFolder(out);
    return { ...contents, bytes: (await stat(out)).size };
  } catch (error) {
    throw storageFailure(file, error);
  } finally {
    await rm(draft, { force: true });
  }
}
