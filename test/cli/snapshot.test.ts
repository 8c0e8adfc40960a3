import { afterAll, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSnapshot } from '../../src/store/snapshot.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import { identity, initial, put } from '../store/contract/subject.ts';
import { chelated } from './chelated.ts';

setDefaultTimeout(60_000);

const data = await mkdtemp(join(tmpdir(), 'chelated-snapshot-'));
afterAll(() => rm(data, { recursive: true, force: true }));

test('chelated snapshot writes the only collection, or the one named, while a server writes', async () => {
  const store = await openSqliteStore(join(data, 'chelated.db'));
  await put(await store.open(identity, initial), 'a', 'b');
  const out = join(data, 'main.snapshot');
  const { stdout } = await chelated('snapshot', '--data', data, '--out', out, '--json');
  const bytes = new Uint8Array(await readFile(out));
  const said = { out, bytes: bytes.length, collection: 'main', student: 'static', documents: 2, generation: 0 };
  expect(JSON.parse(stdout)).toEqual(said);
  expect(await (await (await readSnapshot(bytes)).find('main'))!.count()).toBe(2);

  await put(await store.open({ ...identity, name: 'other' }, initial), 'c');
  const args = ['snapshot', '--data', data, '--out', out, '--json'];
  const { error } = JSON.parse((await chelated(...args)).stdout);
  expect([error.code, error.message]).toEqual(['not_found', expect.stringContaining('there are: main, other')]);
  expect(JSON.parse((await chelated(...args, '--collection', 'other')).stdout)).toMatchObject({ documents: 1 });
  expect(JSON.parse((await chelated(...args, '--collection', 'none')).stdout).error.code).toBe('not_found');
  await store.close();
});
