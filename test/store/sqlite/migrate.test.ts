import { describe, expect, test } from 'bun:test';
import { loadDriver } from '../../../src/store/sqlite/load-driver.ts';
import { openToWrite, openView } from '../../../src/store/sqlite/open-database.ts';
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts';
import { migrations } from '../../../src/store/sqlite/schema.ts';
import { identity } from '../contract/subject.ts';
import { idsIn, makeDatabase, paths } from './folder.ts';

const path = await paths();
const driver = await loadDriver();
const next = "ALTER TABLE document ADD COLUMN language TEXT; UPDATE document SET language = 'en'";

async function at(file: string, steps: readonly string[], sql: string) {
  const { database, lock } = await openToWrite(driver, file, steps);
  try {
    return Object.values(database.statement(sql).get()!)[0];
  } finally {
    database.close();
    lock!.release();
  }
}

describe('migrate', () => {
  test('brings an older file to the newest version with all that is in it', async () => {
    const file = path();
    await makeDatabase(file, 'a', 'b');
    const steps = [...migrations, next];
    expect(await at(file, steps, 'SELECT group_concat(id || language) FROM document')).toBe('aen,ben');
    expect(await at(file, steps, 'PRAGMA user_version')).toBe(steps.length);
  });

  test('words of documents of version 1 are indexed when they are asked for', async () => {
    const file = path();
    const first = await openToWrite(driver, file, migrations.slice(0, 1));
    first.database.exec(`
      INSERT INTO collection (name, identity, state) VALUES ('main', '${JSON.stringify(identity)}', '{}');
      INSERT INTO document (collection, id, text, vector) VALUES (1, 'a', 'the tides', x'0000803f00000000')`);
    first.database.close();
    first.lock!.release();
    const store = await openSqliteStore(file);
    const collection = (await store.find('main'))!;
    expect(await collection.hasWords()).toBe(false);
    await collection.indexWords();
    expect((await collection.searchWords('tide', 9)).rows).toEqual([1]);
    await store.close();
  });

  test('a step that fails leaves the file at the version it had', async () => {
    const file = path();
    await makeDatabase(file, 'a');
    const failing = [...migrations, next, 'ALTER TABLE nothing ADD COLUMN x'];
    await expect(at(file, failing, 'SELECT 1')).rejects.toMatchObject({ code: 'storage_failed' });
    expect(await idsIn(file)).toEqual(['a']);
    expect(
      await at(file, migrations, "SELECT count(*) FROM pragma_table_info('document') WHERE name = 'language'"),
    ).toBe(0);
  });

  test('an older file that is only read is refused, with what to do', async () => {
    const file = path();
    await makeDatabase(file, 'a');
    await expect(openView(driver, file, [...migrations, next])).rejects.toMatchObject({
      code: 'storage_failed',
      message: expect.stringMatching(/older version.*open it once where it can be written/),
    });
  });
});
