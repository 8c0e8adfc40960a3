import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { cachedEncoder } from '../../../src/encode/cache/cached-encoder.ts';
import { recordBytes } from '../../../src/encode/cache/record.ts';
import type { Encoded } from '../../../src/encode/encoder.ts';
import { row } from '../../../src/matrix.ts';
import { countingEncoder, dims, textOf, vectorFor } from './counting-encoder.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chelated-cache-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const document = { role: 'document' } as const;
const many = (count: number) => Array.from({ length: count }, (_, i) => textOf(i));

function expectRight({ vectors, failed }: Encoded, texts: readonly string[]) {
  expect(failed).toEqual(texts.flatMap((text, i) => (text.startsWith('bad') ? [i] : [])));
  texts.forEach((text, i) => {
    expect(row(vectors, i)).toEqual(vectorFor(text));
  });
}

const segments = () =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.segment'))
    .map((path) => join(directory, path));

describe('cachedEncoder', () => {
  test('gives what the encoder gives, in order, and asks it for each different text once', async () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('same', 'bad one', 'bad two', '\u0000', ''));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(text, { maxLength: 20 }), { maxLength: 4 }),
        fc.boolean(),
        async (calls, reports) => {
          const home = await mkdtemp(join(directory, 'each-'));
          const encoder = countingEncoder({ reports });
          const cached = cachedEncoder(encoder, { directory: home });
          for (const texts of calls) {
            const progress: number[] = [];
            const seen: number[] = [];
            const encoded = await cached.encode(texts, {
              ...document,
              onProgress: (done) => progress.push(done),
              onBatch: (positions) => seen.push(...positions),
            });
            expectRight(encoded, texts);
            expect(progress.at(-1)).toBe(texts.length);
            expect(seen.sort((a, b) => a - b)).toEqual(Array.from(texts.keys()));
          }
          const good = encoder.asked.filter((each) => !each.startsWith('bad'));
          expect(good).toHaveLength(new Set(good).size);
          cached.dispose();
        },
      ),
      { numRuns: 40 },
    );
  });

  test('says of its progress how much it had, a text that stands twice counted twice', async () => {
    const cached = cachedEncoder(countingEncoder({ batch: 2 }), { directory });
    await cached.encode(['a', 'b'], document);
    const progress: unknown[] = [];
    await cached.encode(['a', 'c', 'a', 'b', 'd', 'e'], { ...document, onProgress: (...at) => progress.push(at) });
    expect(progress).toEqual([
      [3, 6, 3],
      [5, 6, 3],
      [6, 6, 3],
    ]);
    cached.dispose();
  });

  test('keeps roles and base fingerprints apart, and tries failed texts again', async () => {
    const encoder = countingEncoder();
    const cached = cachedEncoder(encoder, { directory });
    for (const role of ['document', 'query', 'query'] as const) await cached.encode(['one', 'bad'], { role });
    expect(encoder.asked.sort()).toEqual(['bad', 'bad', 'bad', 'one', 'one']);
    const other = countingEncoder({ baseFingerprint: 'e'.repeat(64) });
    await cachedEncoder(other, { directory }).encode(['one'], document);
    expect(other.asked).toEqual(['one']);
    const again = countingEncoder();
    await cachedEncoder(again, { directory }).encode(['one'], document);
    expect(again.asked).toEqual([]);
  });

  test('a killed process has paid for nothing but its last batch', async () => {
    const [count, batch] = [120, 5];
    const log = join(directory, 'log.txt');
    const home = join(directory, 'cache');
    const script = join(import.meta.dirname, 'slow-teacher.ts');
    const args = (pause: number) => [script, home, log, `${count}`, `${batch}`, `${pause}`];
    const lines = () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0);
    let kills = 0;
    for (const until of [20, 55, 90]) {
      const child = spawn(process.execPath, args(20), { stdio: 'ignore' });
      const exit = once(child, 'exit');
      while (lines() < until && child.exitCode === null) await Bun.sleep(2);
      child.kill('SIGKILL');
      expect((await exit)[1]).toBe('SIGKILL');
      kills++;
    }
    const child = spawn(process.execPath, args(0), { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    await once(child, 'close');
    const result = JSON.parse(output);
    expect(result.rows).toBe(count);
    expect(result.sum).toBeCloseTo(
      many(count).reduce((sum, text) => sum + vectorFor(text).reduce((s, x) => s + x, 0), 0),
      3,
    );
    expect(lines()).toBeGreaterThanOrEqual(count);
    expect(lines()).toBeLessThanOrEqual(count + kills * batch);
  }, 60_000);

  test('writers at the same time do not disturb each other', async () => {
    const home = join(directory, 'cache');
    const run = async (i: number) => {
      const args = [join(import.meta.dirname, 'slow-teacher.ts'), home, join(directory, `log-${i}`), '60', '3', '2'];
      const child = spawn(process.execPath, args, { stdio: 'ignore' });
      expect((await once(child, 'exit'))[0]).toBe(0);
    };
    await Promise.all([run(0), run(1), run(2)]);
    const encoder = countingEncoder();
    expectRight(await cachedEncoder(encoder, { directory: home }).encode(many(60), document), many(60));
    expect(encoder.asked).toEqual([]);
  }, 60_000);

  test('sees what another has written since it was opened', async () => {
    const [a, b] = [countingEncoder(), countingEncoder()];
    const [first, second] = [cachedEncoder(a, { directory }), cachedEncoder(b, { directory })];
    for (const count of [5, 9, 14]) {
      await first.encode(many(count), document);
      expectRight(await second.encode(many(count), document), many(count));
    }
    expect(a.asked).toHaveLength(14);
    expect(b.asked).toEqual([]);
  });

  test('makes a damaged entry again, and that alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(10 * recordBytes(dims) - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        await rm(directory, { recursive: true, force: true });
        const writer = cachedEncoder(countingEncoder(), { directory });
        await writer.encode(many(10), document);
        writer.dispose();
        const [segment] = segments();
        const bytes = readFileSync(segment!);
        bytes[at]! ^= flip;
        writeFileSync(segment!, bytes);
        const encoder = countingEncoder();
        expectRight(await cachedEncoder(encoder, { directory }).encode(many(10), document), many(10));
        expect(encoder.asked).toHaveLength(1);
        const after = countingEncoder();
        expectRight(await cachedEncoder(after, { directory }).encode(many(10), document), many(10));
        expect(after.asked).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  test('passes over a record that is cut short, and files that vanish', async () => {
    const open = cachedEncoder(countingEncoder(), { directory });
    await open.encode(many(4), document);
    const [segment] = segments();
    truncateSync(segment!, statSync(segment!).size - 1);
    const encoder = countingEncoder();
    await cachedEncoder(encoder, { directory }).encode(many(4), document);
    expect(encoder.asked).toHaveLength(1);
    await rm(directory, { recursive: true });
    expectRight(await open.encode(many(6), document), many(6));
    const last = countingEncoder();
    await cachedEncoder(last, { directory }).encode(many(6), document);
    expect(last.asked).toEqual([]);
  });

  test('stays within its size, and lets go first of what was unused for longest', async () => {
    const maxBytes = 40 * recordBytes(dims); // four segments of ten
    const list = many(200);
    const writer = cachedEncoder(countingEncoder(), { directory, maxBytes });
    const write = (from: number) => writer.encode(list.slice(from, from + 10), document);
    const age = () => {
      for (const path of segments()) utimesSync(path, 1000, 1000);
    };
    const isKept = async (from: number) => {
      const encoder = countingEncoder();
      await cachedEncoder(encoder, { directory, maxBytes }).encode(list.slice(from, from + 10), document);
      return encoder.asked.length === 0;
    };
    for (const from of [0, 10, 20, 30]) await write(from);
    age();
    expect(await isKept(10)).toBe(true); // used once more
    await write(40);
    await write(50);
    expect(await isKept(10)).toBe(true);
    expect(await isKept(50)).toBe(true);
    for (let from = 60; from < 200; from += 10) await write(from);
    const total = segments().reduce((sum, path) => sum + statSync(path).size, 0);
    expect(total).toBeLessThanOrEqual(maxBytes);
    expect(total).toBeGreaterThan(maxBytes / 2);
    expect(await isKept(190)).toBe(true);
    expect(await isKept(0)).toBe(false);
  });

  test('goes on without a cache that cannot be written, and says so once', async () => {
    const warnings: string[] = [];
    const cached = cachedEncoder(countingEncoder(), { directory, onWarning: (message) => warnings.push(message) });
    const folder = join(directory, 'f'.repeat(32));
    writeFileSync(folder, 'a file where a folder should be');
    expectRight(await cached.encode(many(20), document), many(20));
    expect(warnings).toHaveLength(1);
  });
});
