import type { Statement } from 'bun:sqlite';
import { pathToFileURL } from 'node:url';
import type { OpenDriver, SqlValue } from './sql-driver.ts';

/** SQLite of Bun. */
export function bunDriver({ Database, constants }: typeof import('bun:sqlite')): OpenDriver {
  const flags = {
    write: constants.SQLITE_OPEN_READWRITE | constants.SQLITE_OPEN_CREATE,
    read: constants.SQLITE_OPEN_READONLY,
    still: constants.SQLITE_OPEN_READONLY | constants.SQLITE_OPEN_URI,
  };
  return (path, access) => {
    const database = new Database(access === 'still' ? `${pathToFileURL(path)}?immutable=1` : path, flags[access]);
    const statements: Statement[] = [];
    return {
      exec: (sql) => void database.exec(sql),
      prepare(sql) {
        const statement = database.prepare<Record<string, SqlValue>, SqlValue[]>(sql);
        statements.push(statement);
        return {
          run: (...values) => void statement.run(...values),
          get: (...values) => statement.get(...values),
          all: (...values) => statement.all(...values),
        };
      },
      close() {
        for (const statement of statements) statement.finalize();
        database.close(true);
      },
    };
  };
}
