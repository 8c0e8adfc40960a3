import { Database } from 'bun:sqlite';
import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts';
import { applicationId, migrations } from '../../../src/store/sqlite/schema.ts';
import { identity, initial, put } from '../contract/subject.ts';
import { holder, idsIn, makeDatabase, paths } from './folder.ts';

setDefaultTimeout(60_000);
const path = await paths();

const refused = (says: RegExp) => ({ code: 'storage_failed', message: expect.stringMatching(says) });

/** Everything in the folder whose name begins with the file's. */
async function around(file: string) {
  const names = (await readdir(dirname(file))).filter((name) => name.startsWith(basename(file)));
  return Promise.all(names.sort().map(async (name) => [name, await readFile(join(dirname(file), name), 'hex')]));
}

describe('openSqliteStore', () => {
  test('refuses a second process while the first runs, and not after it was killed: what it wrote is there', async () => {
    const file = path();
    const child = await holder(file, 'a', 'b');
    try {
      await expect(openSqliteStore(file)).rejects.toMatchObject(refused(/in use by another process.*stop/));
    } finally {
      child.kill('SIGKILL');
      await child.exited;
    }
    const store = await openSqliteStore(file);
    expect(await (await store.open(identity, initial)).count()).toBe(2);
    await store.close();
  });

  test('of processes that start at once on a new file one has it, and it keeps what that one wrote', async () => {
    const file = path();
    const script = join(import.meta.dirname, 'hold-store.ts');
    const children = ['a', 'b', 'c', 'd'].map((id) => ({
      id,
      child: Bun.spawn([process.execPath, script, file, id], { stdout: 'pipe', stderr: 'ignore' }),
    }));
    const wrote = await Promise.all(
      children.map(async ({ id, child }) => ((await child.stdout.getReader().read()).done ? [] : [id])),
    );
    for (const { child } of children) child.kill('SIGKILL');
    await Promise.all(children.map(({ child }) => child.exited));
    expect(wrote.flat().length).toBe(1);
    expect(await idsIn(file)).toEqual(wrote.flat());
  });

  test('keeps the file for a store that nobody refers to any more, until the process ends', async () => {
    const file = path();
    await (async () => void (await openSqliteStore(file)))();
    for (let i = 0; i < 5; i++) {
      Bun.gc(true);
      await Bun.sleep(1);
    }
    await expect(openSqliteStore(file)).rejects.toMatchObject(refused(/in use/));
  });

  test('refuses a second opening under another name of the file', async () => {
    const file = path();
    await makeDatabase(file);
    const link = path();
    await symlink(file, link);
    const store = await openSqliteStore(file);
    await expect(openSqliteStore(link)).rejects.toMatchObject(refused(/in use/));
    await store.close();
  });

  test('a view is of one moment, beside the process that writes on', async () => {
    const file = path();
    const store = await openSqliteStore(file);
    const collection = await store.open(identity, initial);
    await put(collection, 'a');
    const view = await openSqliteStore(file, { access: 'view' });
    await put(collection, 'b');
    const seen = (await view.find('main'))!;
    expect([view.readOnly, await seen.count(), await collection.count()]).toEqual([true, 1, 2]);
    await expect(put(seen, 'c')).rejects.toMatchObject(refused(/cannot be written/));
    expect(await idsIn(file)).toEqual(['a', 'b']);
    await view.close();
    await store.close();
  });

  test('throws not_found for a view of nothing', async () => {
    await expect(openSqliteStore(path(), { access: 'view' })).rejects.toMatchObject({ code: 'not_found' });
  });

  test('throws storage_failed where there is no folder', async () => {
    const nowhere = join(path(), 'a.db');
    await expect(openSqliteStore(nowhere)).rejects.toMatchObject(refused(/cannot be made.*folder/));
  });

  test('refuses another application’s database, and leaves all of it as it was', async () => {
    for (const statements of ['CREATE TABLE theirs (x)', 'PRAGMA application_id = 7', 'PRAGMA user_version = 1']) {
      const file = path();
      const theirs = new Database(file);
      theirs.exec(`PRAGMA journal_mode = WAL; ${statements}`);
      theirs.close();
      const before = await around(file);
      await expect(openSqliteStore(file), statements).rejects.toMatchObject(refused(/another application’s/));
      expect(await around(file)).toEqual(before);
    }
  });

  test('refuses a database of a newer version, and leaves it as it was', async () => {
    const file = path();
    await makeDatabase(file, 'a');
    const newer = new Database(file);
    newer.exec(`PRAGMA user_version = ${migrations.length + 1}`);
    newer.close();
    const before = await around(file);
    await expect(openSqliteStore(file)).rejects.toMatchObject(refused(/newer chelated/));
    expect(await around(file)).toEqual(before);
  });

  test('marks its files, and syncs what it acknowledges', async () => {
    const file = path();
    await makeDatabase(file);
    const database = new Database(file);
    const pragma = (name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get() as object)[0];
    expect(['application_id', 'user_version', 'journal_mode'].map(pragma)).toEqual([
      applicationId,
      migrations.length,
      'wal',
    ]);
    database.close();
  });

  test('a collection that is dropped leaves nothing of its words', async () => {
    const file = path();
    const store = await openSqliteStore(file);
    const collection = await store.open(identity, initial);
    await put(collection, 'a');
    await collection.indexWords();
    await store.drop(identity.name);
    await store.close();
    const database = new Database(file);
    expect(database.prepare("SELECT name FROM sqlite_schema WHERE name LIKE 'words%'").all()).toEqual([]);
    database.close();
  });

  test('a making that was cut short does not stand in the way', async () => {
    const file = path();
    await writeFile(`${file}.new`, 'half');
    await makeDatabase(file, 'a');
    expect(await idsIn(file)).toEqual(['a']);
    expect((await around(file)).map(([name]) => name)).not.toContain(`${basename(file)}.new`);
  });

  test('says that a damaged file is damaged, and what to do', async () => {
    const [garbage, cut] = [path(), path()];
    await writeFile(garbage, 'x'.repeat(9000));
    await makeDatabase(cut, 'a');
    await truncate(cut, 9000);
    for (const file of [garbage, cut]) {
      const use = async () => {
        const store = await openSqliteStore(file);
        await (await store.open(identity, initial)).scan(0, 10).finally(() => store.close());
      };
      await expect(use(), file).rejects.toMatchObject(refused(/damaged.*chelated restore --from BACKUP --data/));
    }
  });

  test('names the document whose numbers are damaged', async () => {
    for (const spoil of ["vector = x'00'", "vector = x'0000803f'", "tokens = x'00'", "tokens = x'0900000000000000'"]) {
      const file = path();
      await makeDatabase(file, 'good', 'bad');
      const database = new Database(file);
      database.exec(`UPDATE document SET ${spoil} WHERE id = 'bad'`);
      database.close();
      await expect(idsIn(file), spoil).rejects.toMatchObject(refused(/document "bad".*chelated restore/));
    }
  });
});
