import { describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts';
import { canMount, noSmallDisk, smallDisk } from '../../helpers/small-disk.ts';
import { document, identity, initial, put } from '../contract/subject.ts';
import { makeDatabase } from './folder.ts';

const title = (law: string) => (canMount ? law : `${law} (skipped: ${noSmallDisk})`);

describe.skipIf(!canMount)('SqliteStore', () => {
  test(
    title('on a full disk refuses the write, keeps what it acknowledged, reads on, and goes on when there is space'),
    async () => {
      const disk = smallDisk(2 ** 20)!;
      try {
        const store = await openSqliteStore(join(disk.folder, 'a.db'));
        const collection = await store.open(identity, initial);
        const text = 'x'.repeat(10_000);
        const kept: string[] = [];
        const fill = async () => {
          for (let i = 0; i < 1000; i++) {
            await collection.write({ upserts: [document(`${i}`, { text })], deletes: [] });
            kept.push(`${i}`);
          }
        };
        await expect(fill()).rejects.toMatchObject({
          code: 'storage_failed',
          message: expect.stringMatching(/disk.*full.*free some space/),
        });
        expect(kept.length).toBeGreaterThan(0);
        expect((await collection.scan(0, 1000)).faces.map(({ id }) => id)).toEqual(kept);
        expect(await collection.state()).toEqual(initial);

        expect(Bun.spawnSync(['mount', '-o', 'remount,size=16m', disk.folder]).exitCode).toBe(0);
        await put(collection, 'after');
        await store.close();
        const again = await openSqliteStore(join(disk.folder, 'a.db'));
        expect(await (await again.open(identity, initial)).count()).toBe(kept.length + 1);
        await again.close();
      } finally {
        disk.remove();
      }
    },
  );

  test(title('on a read-only disk reads, and refuses writes'), async () => {
    for (const withLock of [true, false]) {
      const disk = smallDisk(2 ** 20)!;
      try {
        const path = join(disk.folder, 'a.db');
        await makeDatabase(path, 'a');
        if (!withLock) await rm(`${path}.lock`);
        disk.makeReadOnly();
        const store = await openSqliteStore(path);
        const collection = await store.open(identity, initial);
        expect([store.readOnly, await collection.count()]).toEqual([true, 1]);
        const refusal = { code: 'storage_failed', message: expect.stringMatching(/read-only; reading goes on/) };
        await expect(put(collection, 'b')).rejects.toMatchObject(refusal);
        await expect(collection.commit({ state: initial })).rejects.toMatchObject(refusal);
        await expect(store.open({ ...identity, name: 'new' }, initial)).rejects.toMatchObject(refusal);
        await store.close();
      } finally {
        disk.remove();
      }
    }
  });

  test(title('on a read-only disk refuses to pass over what a killed process left in the log'), async () => {
    const disk = smallDisk(2 ** 20)!;
    try {
      const path = join(disk.folder, 'a.db');
      await makeDatabase(path, 'a');
      await writeFile(`${path}-wal`, 'left behind');
      disk.makeReadOnly();
      await expect(openSqliteStore(path)).rejects.toMatchObject({ code: 'storage_failed' });
      expect(existsSync(`${path}-wal`)).toBe(true);
    } finally {
      disk.remove();
    }
  });

  test(title('on a read-only disk makes no database'), async () => {
    const disk = smallDisk(2 ** 20)!;
    try {
      disk.makeReadOnly();
      await expect(openSqliteStore(join(disk.folder, 'a.db'))).rejects.toMatchObject({
        code: 'storage_failed',
        message: expect.stringContaining('cannot be made'),
      });
    } finally {
      disk.remove();
    }
  });
});
