import { afterAll, describe, expect, test } from 'bun:test';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadKernels } from '../../src/kernels/load.ts';
import { cellKey, combinations, type Experiment, type LabSetup } from '../../src/lab/experiment.ts';
import { rowsPath, runExperiment } from '../../src/lab/run-experiment.ts';

const folders: string[] = [];
const folder = async () => {
  folders.push(await mkdtemp(join(tmpdir(), 'chelated-lab-')));
  return folders.at(-1)!;
};
afterAll(() => Promise.all(folders.map((path) => rm(path, { recursive: true }))));

const setup: LabSetup = {
  kernels: await loadKernels(),
  datasets: ['/data/a', '/data/b'],
  students: ['static'],
  teachers: ['t'],
  seeds: [0, 1],
};

/** Counts how often each cell is measured; the third one fails when it is told to. */
function counting({ fails = false } = {}) {
  const measured: string[] = [];
  const experiment: Experiment = {
    name: 'counting',
    description: 'nothing',
    cells: (of) =>
      combinations(of).map((combination) => ({
        key: cellKey(combination),
        run: async () => {
          if (fails && measured.length === 2) throw new Error('the power is gone');
          measured.push(cellKey(combination));
          return [{ collection: combination.dataset, seed: combination.seed, value: measured.length }];
        },
      })),
    report: () => ({ title: '', introduction: '', sections: [] }),
  };
  return { experiment, measured };
}

describe('runExperiment', () => {
  test('goes on where it was stopped: no cell is measured twice, and the rows are those of an unbroken run', async () => {
    const out = await folder();
    const broken = counting({ fails: true });
    expect(runExperiment(broken.experiment, setup, { out })).rejects.toThrow('the power is gone');
    await Bun.sleep(50);
    const rest = counting();
    const rows = await runExperiment(rest.experiment, setup, { out });
    expect([...broken.measured, ...rest.measured]).toEqual([
      'a | static | t | 0',
      'a | static | t | 1',
      'b | static | t | 0',
      'b | static | t | 1',
    ]);
    expect(rows.map(({ cell }) => cell)).toEqual([...broken.measured, ...rest.measured]);
    expect(await runExperiment(counting().experiment, setup, { out })).toEqual(rows);
  });

  test('a line that was cut off in writing is measured again', async () => {
    const out = await folder();
    const { experiment, measured } = counting();
    const rows = await runExperiment(experiment, setup, { out });
    const path = rowsPath(out, experiment);
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.slice(0, -20));
    await runExperiment(experiment, setup, { out });
    expect(measured.length).toBe(rows.length + 1);
    expect((await readFile(path, 'utf8')).split('\n').length).toBe(rows.length + 1);
  });

  test('more collections and seeds measure what is new alone', async () => {
    const out = await folder();
    const { experiment, measured } = counting();
    await runExperiment(experiment, { ...setup, datasets: ['/data/a'], seeds: [0] }, { out });
    await runExperiment(experiment, setup, { out });
    expect(measured.length).toBe(4);
    expect(new Set(measured).size).toBe(4);
  });

  test('is stopped between two cells, with what was measured kept', async () => {
    const out = await folder();
    const { experiment, measured } = counting();
    const stop = new AbortController();
    const onCell = () => {
      if (measured.length === 1) stop.abort(new Error('enough'));
    };
    const run = runExperiment(experiment, { ...setup, signal: stop.signal }, { out, onCell });
    expect(run).rejects.toThrow('enough');
    await Bun.sleep(50);
    expect(measured.length).toBe(2); // the cell that was begun ends
    expect((await readFile(rowsPath(out, experiment), 'utf8')).trim().split('\n').length).toBe(2);
  });

  test('measures an isolated cell elsewhere, and reads its rows from the file', async () => {
    const out = await folder();
    const { experiment, measured } = counting();
    const elsewhere = async (key: string) => {
      await runExperiment(experiment, setup, { out, only: key });
    };
    const rows = await runExperiment({ ...experiment, isolated: true }, setup, { out, elsewhere });
    expect(rows.length).toBe(4);
    expect(measured.length).toBe(4);
  });

  test('refuses rows of another experiment', async () => {
    const out = await folder();
    const { experiment } = counting();
    await appendFile(rowsPath(out, experiment), '{"experiment":"sweep","cell":"x","rows":[]}\n');
    expect(runExperiment(experiment, setup, { out })).rejects.toThrow('expected a row of counting, got one of sweep');
  });
});
