import { pathToFileURL } from 'node:url';
import type { OpenDriver, SqlRow } from './sql-driver.ts';

/** SQLite of Node and Deno; closing a connection of theirs frees its statements. */
export function nodeDriver({ DatabaseSync }: typeof import('node:sqlite')): OpenDriver {
  return (path, access) => {
    const where = access === 'still' ? `${pathToFileURL(path)}?immutable=1` : path;
    const database = new DatabaseSync(where, { readOnly: access !== 'write' });
    return {
      exec: (sql) => database.exec(sql),
      prepare(sql) {
        const statement = database.prepare(sql);
        return {
          run: (...values) => void statement.run(...values),
          get: (...values) => (statement.get(...values) as SqlRow | undefined) ?? null,
          all: (...values) => statement.all(...values) as SqlRow[],
        };
      },
      close: () => database.close(),
    };
  };
}
