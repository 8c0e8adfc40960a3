import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { config } from '../../config.ts';

/** The database that `--data` names: a file, or a folder that has it or will. */
export async function databasePath(data: string): Promise<string> {
  const found = await stat(data).catch(() => null);
  const isFile = found ? found.isFile() : data.endsWith('.db');
  return isFile ? data : join(data, config.store.file);
}

/** The same, its folder made where it is not there. */
export async function makeDatabasePath(data: string): Promise<string> {
  const path = await databasePath(data);
  await mkdir(join(path, '..'), { recursive: true });
  return path;
}
