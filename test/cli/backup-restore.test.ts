import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { config } from '../../src/config.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import { migrations } from '../../src/store/sqlite/schema.ts';
import { identity, initial, put } from '../store/contract/subject.ts';
import { holder, idsIn, makeDatabase } from '../store/sqlite/folder.ts';
import { chelated } from './chelated.ts';

setDefaultTimeout(60_000);

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'chelated-backup-'));
  folders.push(made);
  return made;
}

const database = (data: string) => join(data, config.store.file);

async function failsWith(code: string, says: RegExp, ...args: string[]) {
  const { code: exit, stdout } = await chelated(...args, '--json');
  const { error } = JSON.parse(stdout);
  expect([exit, error.code]).toEqual([1, code]);
  expect(error.message).toMatch(says);
}

describe('chelated backup', () => {
  test('copies a database that is in use: all that was acknowledged before, and restore brings it back', async () => {
    const data = await folder();
    const out = join(data, 'backup');
    const store = await openSqliteStore(database(data));
    const collection = await store.open(identity, initial);
    await put(collection, 'a', 'b');
    const made = await chelated('backup', '--data', data, '--out', out, '--json');
    expect(JSON.parse(made.stdout)).toMatchObject({ out, version: migrations.length, collections: 1, documents: 2 });
    expect(JSON.parse(made.stdout).bytes).toBe((await readFile(out)).length);
    await put(collection, 'c');
    await failsWith('storage_failed', /in use by another process/, 'restore', '--from', out, '--data', data);
    await store.close();

    const restored = await chelated('restore', '--from', out, '--data', data, '--json');
    const before = `${database(data)}.before-restore`;
    expect(JSON.parse(restored.stdout)).toMatchObject({ database: database(data), documents: 2, before });
    expect([await idsIn(database(data)), await idsIn(before)]).toEqual([
      ['a', 'b'],
      ['a', 'b', 'c'],
    ]);
    expect((await readdir(data)).filter((name) => /tmp|restoring/.test(name))).toEqual([]);
  });

  test('says what it wrote, to people too', async () => {
    const data = await folder();
    await makeDatabase(database(data), 'a');
    const { code, stdout, stderr } = await chelated('backup', '--data', data, '--out', join(data, 'b'));
    expect([code, stderr]).toEqual([0, `copying ${database(data)}\n`]);
    expect(stdout).toMatch(/documents +1\n/);
  });

  test('replaces the backup before it only by a whole one', async () => {
    const data = await folder();
    const out = join(data, 'backup');
    await writeFile(out, 'the one before');
    await writeFile(database(data), 'x'.repeat(9000));
    await failsWith('storage_failed', /damaged/, 'backup', '--data', data, '--out', out);
    expect(await readFile(out, 'utf8')).toBe('the one before');
    await makeDatabase(join(data, 'good.db'), 'a');
    expect((await chelated('backup', '--data', join(data, 'good.db'), '--out', out)).code).toBe(0);
    expect(await idsIn(out)).toEqual(['a']);
  });

  test('throws not_found where there is no database, and invalid_input for a backup onto itself', async () => {
    const data = await folder();
    await failsWith('not_found', /no database/, 'backup', '--data', data, '--out', join(data, 'b'));
    await makeDatabase(database(data), 'a');
    await failsWith('invalid_input', /itself/, 'backup', '--data', data, '--out', database(data));
    expect(await idsIn(database(data))).toEqual(['a']);
  });
});

describe('chelated restore', () => {
  test('makes a database where there was none', async () => {
    const [data, other] = [await folder(), await folder()];
    await makeDatabase(join(other, 'backup'), 'a');
    const { stdout } = await chelated(
      'restore',
      '--from',
      join(other, 'backup'),
      '--data',
      join(data, 'new'),
      '--json',
    );
    expect(JSON.parse(stdout).before).toBeNull();
    expect(await idsIn(database(join(data, 'new')))).toEqual(['a']);
  });

  test('refuses a damaged, foreign or missing backup, and the database stays', async () => {
    const data = await folder();
    const from = join(data, 'backup');
    await makeDatabase(database(data), 'a');
    await failsWith('not_found', /no database/, 'restore', '--from', from, '--data', data);
    await writeFile(from, 'x'.repeat(9000));
    await failsWith('storage_failed', /nothing was changed.*no database/, 'restore', '--from', from, '--data', data);
    await copyFile(database(data), from);
    await truncate(from, 20_000);
    await failsWith('storage_failed', /damaged/, 'restore', '--from', from, '--data', data);
    expect(await idsIn(database(data))).toEqual(['a']);
    expect(existsSync(`${database(data)}.before-restore`)).toBe(false);
  });

  test('keeps aside a damaged database with its log, every one that was there', async () => {
    const data = await folder();
    const from = join(data, 'backup');
    await makeDatabase(from, 'a');
    for (const bytes of ['first', 'second']) {
      await writeFile(database(data), bytes);
      await writeFile(`${database(data)}-wal`, `log of ${bytes}`);
      expect((await chelated('restore', '--from', from, '--data', data)).code).toBe(0);
      expect(await idsIn(database(data))).toEqual(['a']);
    }
    const aside = `${database(data)}.before-restore`;
    const kept = [aside, `${aside}-wal`, `${aside}-2`, `${aside}-2-wal`].map((path) => readFile(path, 'utf8'));
    expect(await Promise.all(kept)).toEqual(['first', 'log of first', 'second', 'log of second']);
  });

  test('keeps aside all that a killed process had acknowledged', async () => {
    const data = await folder();
    const from = join(data, 'backup');
    await makeDatabase(from, 'a');
    const child = await holder(database(data), 'b', 'c');
    child.kill('SIGKILL');
    await child.exited;
    expect((await chelated('restore', '--from', from, '--data', data)).code).toBe(0);
    const kept = [database(data), `${database(data)}.before-restore`].map(idsIn);
    expect(await Promise.all(kept)).toEqual([['a'], ['b', 'c']]);
  });

  test('a restore that was cut short is not taken for an empty database', async () => {
    const data = await folder();
    await writeFile(`${database(data)}.restoring`, 'half');
    await expect(openSqliteStore(database(data))).rejects.toMatchObject({
      code: 'storage_failed',
      message: expect.stringContaining('run chelated restore again'),
    });
  });
});
