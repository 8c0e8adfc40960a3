import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { loadKernels } from '../../src/kernels/load.ts';
import { labCell } from '../../src/lab/experiment.ts';
import { labState } from '../../src/lab/lab-state.ts';
import { tinyCollection } from '../cli/tiny-collection.ts';

const kernels = await loadKernels();
let tiny: Awaited<ReturnType<typeof tinyCollection>>;
let elsewhere: string;
let folder: string;
beforeAll(async () => {
  tiny = await tinyCollection(60, 20);
  elsewhere = await mkdtemp(join(tmpdir(), 'chelated-state-'));
  folder = join(elsewhere, basename(tiny.folder));
});
afterAll(async () => {
  await tiny.remove();
  await rm(elsewhere, { recursive: true });
});

/** Of a collection in a folder, by a hand that has seen none of it before. */
const stateOf = (dataset: string, student = 'static', also: readonly string[] = []) => {
  const teacher = `vectors:${join(dataset, 'teacher.npy')},${join(dataset, 'asked.npy')}`;
  return labState(kernels)(labCell({ dataset, student, teacher, seed: 0 }, [], async () => [], also));
};

describe('labState', () => {
  test('is the same for the same contents, wherever they lie, and another one for every change of them', async () => {
    const copied = async (change: () => Promise<void>) => {
      await cp(tiny.folder, folder, { recursive: true, force: true });
      await change();
      return stateOf(folder);
    };
    const states = [
      await stateOf(tiny.folder),
      await copied(() => appendFile(join(folder, 'corpus.jsonl'), '\n')),
      await copied(() => appendFile(join(folder, 'queries.jsonl'), '\n')),
      await copied(() => appendFile(join(folder, 'qrels', 'test.tsv'), 'q0\td9\t1\n')),
      await copied(() => appendFile(join(folder, 'qrels', 'train.tsv'), 'q0\td9\t1\n')),
      await copied(() => cp(join(folder, 'noise.npy'), join(folder, 'teacher.npy'))),
      await stateOf(tiny.folder, 'static-words'),
      await stateOf(tiny.folder, 'static', [folder]),
    ];
    expect(new Set(states).size).toBe(states.length);
    expect(await copied(async () => {})).toBe(states[0]!);
  }, 120_000);
});
