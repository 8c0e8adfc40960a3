import { describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { loadKernels } from '../../src/kernels/load.ts';
import { goldenFiles } from './golden-files.ts';

const folder = new URL('../vectors/host/', import.meta.url);

describe('golden host files', async () => {
  const made = await goldenFiles(await loadKernels());

  test('are what this build writes; scripts/build-vectors.ts makes them', () => {
    expect(readdirSync(folder).sort()).toEqual([...made.keys()].sort());
    for (const [name, bytes] of made) {
      expect([name, Buffer.compare(readFileSync(new URL(name, folder)), bytes)]).toEqual([name, 0]);
    }
  });
});
