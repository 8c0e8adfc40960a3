import { afterAll } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts';
import { identity, initial, put } from '../contract/subject.ts';

/** Paths in a folder that goes when the tests of the file have ended. */
export async function paths(): Promise<() => string> {
  const folder = await mkdtemp(join(tmpdir(), 'chelated-sqlite-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  let made = 0;
  return () => join(folder, `${made++}.db`);
}

/** A database with documents of these ids in collection `main`, closed again. */
export async function makeDatabase(path: string, ...ids: string[]): Promise<void> {
  const store = await openSqliteStore(path);
  await put(await store.open(identity, initial), ...ids);
  await store.close();
}

/** The ids in collection `main` of a store opened to read. */
export async function idsIn(path: string): Promise<string[]> {
  const store = await openSqliteStore(path, { access: 'view' });
  try {
    return (await (await store.find('main'))!.scan(0, 1e6)).faces.map(({ id }) => id);
  } finally {
    await store.close();
  }
}
