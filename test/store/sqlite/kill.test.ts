import { expect, setDefaultTimeout, test } from 'bun:test';
import { join } from 'node:path';
import fc from 'fast-check';
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts';
import { identity, initial } from '../contract/subject.ts';
import { paths } from './folder.ts';

setDefaultTimeout(120_000);
const path = await paths();

/** Kills a writer after some milliseconds of writing; the last number that it said was acknowledged. */
async function killed(file: string, first: number, afterMs: number): Promise<number> {
  const script = join(import.meta.dirname, 'write-on.ts');
  const child = Bun.spawn([process.execPath, script, file, `${first}`], { stdout: 'pipe' });
  let said = '';
  const decoder = new TextDecoder();
  const reader = child.stdout.getReader();
  const read = async () => {
    const { value, done } = await reader.read();
    said += decoder.decode(value, { stream: true });
    return done;
  };
  await read();
  setTimeout(() => child.kill('SIGKILL'), afterMs);
  while (!(await read()));
  return Number(said.slice(0, said.lastIndexOf('\n')).split('\n').at(-1));
}

test('SqliteStore after SIGKILL has every write that was acknowledged, and of the next all or nothing, words too', async () => {
  const file = path();
  let next = 1;
  const law = fc.asyncProperty(fc.integer({ min: 0, max: 150 }), async (afterMs) => {
    const last = await killed(file, next, afterMs);
    const store = await openSqliteStore(file);
    const collection = await store.open(identity, initial);
    const { faces } = await collection.scan(0, 100);
    const ids = faces.map(({ id }) => id);
    const byWord = (await collection.searchWords('text', 100)).rows;
    expect(byWord.toSorted((a, b) => a - b)).toEqual(faces.map(({ row }) => row));
    const { cycles } = await collection.state();
    await store.close();
    // After the last word: nothing, one more write, or that and its commit.
    const newest = Number.parseInt(ids.at(-1)!, 10);
    expect(newest - last).toBeOneOf([0, 1]);
    expect(cycles - last).toBeOneOf([0, newest - last]);
    const pairs = [newest - 1, newest].filter((i) => i > 0);
    expect(ids).toEqual(pairs.flatMap((i) => [`${i}a`, `${i}b`]));
    next = newest + 1;
  });
  await fc.assert(law, { numRuns: 10, endOnFailure: true });
});
