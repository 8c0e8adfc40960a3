import { ChelatedError } from '../../errors.ts';
import type { Database } from './database.ts';
import { applicationId } from './schema.ts';

/**
 * How many steps this file has had; 0 for an empty one. Only reads.
 *
 * @throws {ChelatedError} storage_failed for another application's file, and for one of a newer chelated
 */
export function versionOf(database: Database, newest: number): number {
  const number = (sql: string) => Number(Object.values(database.statement(sql).get() ?? {})[0]);
  const application = number('PRAGMA application_id');
  const version = number('PRAGMA user_version');
  if (application !== applicationId) {
    const empty = application === 0 && version === 0 && number('SELECT count(*) FROM sqlite_schema') === 0;
    if (empty) return 0;
    const advice = 'give another file, or the folder that chelated was started with';
    throw new ChelatedError('storage_failed', `${database.path} is another application’s database; ${advice}`);
  }
  if (version > newest) {
    const is = `is of version ${version}, this chelated reads up to ${newest}`;
    throw new ChelatedError(
      'storage_failed',
      `database ${database.path} ${is}; it is unchanged: install the newer chelated`,
    );
  }
  return version;
}

/** Brings the file to the newest version, all of the missing steps or none. */
export function migrate(database: Database, steps: readonly string[]): void {
  database.write(() => {
    const version = versionOf(database, steps.length);
    if (version === steps.length) return;
    for (const step of steps.slice(version)) database.exec(step);
    database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${steps.length}`);
  });
}
