import { describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { allBuilds, rawExports } from './contract/builds.ts';
import { runCase } from './contract/run-case.ts';
import { readVectorFile, vectorFiles } from './vector-file.ts';

const folder = new URL('../vectors/', import.meta.url);
const made = vectorFiles();
const stored = readdirSync(folder).filter((name) => name.endsWith('.json'));
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');

describe('golden vectors', () => {
  test('are what reference gives; scripts/build-vectors.ts writes them', () => {
    expect(stored.toSorted()).toEqual([...made.keys()].sort());
    for (const name of stored) expect(read(name) === made.get(name) ? 'same' : `${name} differs`).toBe('same');
  });

  test('fit in 300 kB', () => {
    expect(stored.reduce((sum, name) => sum + read(name).length, 0)).toBeLessThan(300_000);
  });

  for (const build of allBuilds) {
    test(`hold for the ${build} build, as read from the files`, () => {
      const exports = rawExports(build);
      for (const name of stored) {
        for (const { name: title, made } of readVectorFile(read(name))) {
          expect([name, title, runCase(exports, made)]).toEqual([name, title, { wrong: null, touched: null }]);
        }
      }
    });
  }
});
