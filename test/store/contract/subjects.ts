import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStore } from '../../../src/store/memory-store.ts';
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts';
import type { Subject } from './subject.ts';

/** Nothing outlives a store in memory: the process that comes next is this one. */
export const memory: Subject = {
  name: 'memory',
  open: async () => new MemoryStore(),
  reopen: async (store) => store,
};

/** Databases in a folder of their own, which `remove` removes. */
export async function sqlite(): Promise<Subject & { remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'chelated-store-'));
  const paths = new Map<object, string>();
  let made = 0;
  const openAt = async (path: string) => {
    const store = await openSqliteStore(path);
    paths.set(store, path);
    return store;
  };
  return {
    name: 'sqlite',
    open: () => openAt(join(folder, `${made++}.db`)),
    async reopen(store) {
      await store.close();
      return openAt(paths.get(store)!);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
