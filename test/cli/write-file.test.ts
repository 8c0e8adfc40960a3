import { afterAll, describe, expect, test } from 'bun:test';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertWritable, writeFile } from '../../src/cli/write-file.ts';

const folder = await mkdtemp(join(tmpdir(), 'chelated-write-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

// The administrator may write where permissions forbid it: there a folder without files of its own stands in.
const isAdministrator = process.getuid?.() === 0;

async function closedFolder(): Promise<string> {
  if (isAdministrator) return '/proc';
  const path = join(folder, 'closed');
  await mkdir(path);
  await chmod(path, 0o555);
  return path;
}

describe('assertWritable', () => {
  test('accepts a new file and an old one, and leaves nothing behind', async () => {
    const path = join(folder, 'a');
    await assertWritable(path);
    expect(await readdir(folder)).not.toContain('a');
    await writeFile(path, 'kept');
    await assertWritable(path);
    expect(await readFile(path, 'utf8')).toBe('kept');
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('throws not_found where there is no folder', () => {
    expect(assertWritable(join(folder, 'missing', 'a'))).rejects.toMatchObject({ code: 'not_found' });
  });

  test.skipIf(process.platform !== 'linux')('throws invalid_input where nothing can be written', async () => {
    for (const path of ['', ' ', folder, '/dev/null', join(await closedFolder(), 'a')]) {
      await expect(assertWritable(path), path).rejects.toMatchObject({ code: 'invalid_input' });
    }
  });
});

describe('writeFile', () => {
  test('replaces a file whole, and leaves the old one when it cannot', async () => {
    const path = join(folder, 'b');
    await writeFile(path, 'old');
    await writeFile(path, new Uint8Array([110, 101, 119]));
    expect(await readFile(path, 'utf8')).toBe('new');
    await expect(writeFile(folder, 'x')).rejects.toMatchObject({ code: 'invalid_input' });
    expect((await readdir(tmpdir())).filter((name) => name.startsWith(`${folder.split('/').at(-1)}.`))).toEqual([]);
  });
});
