import { afterAll, describe, expect, test } from 'bun:test';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadKernels } from '../../src/kernels/load.ts';
import { combinations, type Experiment, type LabSetup, labCell } from '../../src/lab/experiment.ts';
import { type RunOptions, rowsPath, runExperiment } from '../../src/lab/run-experiment.ts';

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
  alpha: 0.5,
};

const run = (experiment: Experiment, of: LabSetup, options: Omit<RunOptions, 'stateOf'>, state = 'now') =>
  runExperiment(experiment, of, { ...options, stateOf: async () => state });

/** Counts how often each cell is measured; the third one fails when it is told to. */
function counting({ fails = false } = {}) {
  const measured: string[] = [];
  const experiment: Experiment = {
    name: 'counting',
    description: 'nothing',
    parameters: [],
    cells: (of) =>
      combinations(of).map((combination) => {
        const cell = labCell(combination, [], async () => {
          if (fails && measured.length === 2) throw new Error('the power is gone');
          measured.push(cell.key);
          return [{ collection: combination.dataset, seed: combination.seed, value: measured.length }];
        });
        return cell;
      }),
    report: () => ({ title: '', introduction: '', sections: [] }),
  };
  return { experiment, measured };
}

describe('runExperiment', () => {
  test('goes on where it was stopped: no cell is measured twice, and the rows are those of an unbroken run', async () => {
    const out = await folder();
    const broken = counting({ fails: true });
    expect(run(broken.experiment, setup, { out })).rejects.toThrow('the power is gone');
    await Bun.sleep(50);
    const rest = counting();
    const rows = await run(rest.experiment, setup, { out });
    expect([...broken.measured, ...rest.measured]).toEqual([
      'a | static | t | 0',
      'a | static | t | 1',
      'b | static | t | 0',
      'b | static | t | 1',
    ]);
    expect(rows.map(({ cell }) => cell)).toEqual([...broken.measured, ...rest.measured]);
    expect(await run(counting().experiment, setup, { out })).toEqual(rows);
  });

  test('a line that was cut off in writing is measured again', async () => {
    const out = await folder();
    const { experiment, measured } = counting();
    const rows = await run(experiment, setup, { out });
    const path = rowsPath(out, experiment);
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.slice(0, -20));
    await run(experiment, setup, { out });
    expect(measured.length).toBe(rows.length + 1);
    expect((await readFile(path, 'utf8')).split('\n').length).toBe(rows.length + 1);
  });

  test('more collections and seeds measure what is new alone', async () => {
    const out = await folder();
    const { experiment, measured } = counting();
    await run(experiment, { ...setup, datasets: ['/data/a'], seeds: [0] }, { out });
    await run(experiment, setup, { out });
    expect(measured.length).toBe(4);
    expect(new Set(measured).size).toBe(4);
  });

  test('rows of another state are counted and left, and their cells measured again; back in the first state nothing is', async () => {
    const out = await folder();
    const { experiment, measured } = counting();
    const stale: number[] = [];
    const onStale = (rows: number) => stale.push(rows);
    const first = await run(experiment, { ...setup, datasets: ['/data/a'] }, { out, onStale });
    expect([measured.length, stale]).toEqual([2, []]);
    const other = await run(experiment, setup, { out, onStale }, 'other');
    expect([measured.length, stale]).toEqual([6, [2]]);
    expect(other.map(({ value }) => value)).toEqual([3, 4, 5, 6]);
    expect(await run(experiment, { ...setup, datasets: ['/data/a'] }, { out })).toEqual(first);
    expect(measured.length).toBe(6);
  });

  test('rows that tell of no state are measured again', async () => {
    const out = await folder();
    const { experiment, measured } = counting();
    const line = { experiment: 'counting', cell: 'a | static | t | 0', rows: [{ value: 7 }] };
    await appendFile(rowsPath(out, experiment), `${JSON.stringify(line)}\n`);
    const stale: number[] = [];
    await run(experiment, setup, { out, onStale: (rows) => stale.push(rows) });
    expect([measured.length, stale]).toEqual([4, [1]]);
  });

  test('is stopped between two cells, with what was measured kept', async () => {
    const out = await folder();
    const { experiment, measured } = counting();
    const stop = new AbortController();
    const onCell = () => {
      if (measured.length === 1) stop.abort(new Error('enough'));
    };
    const stopped = run(experiment, { ...setup, signal: stop.signal }, { out, onCell });
    expect(stopped).rejects.toThrow('enough');
    await Bun.sleep(50);
    expect(measured.length).toBe(2); // the cell that was begun ends
    expect((await readFile(rowsPath(out, experiment), 'utf8')).trim().split('\n').length).toBe(2);
  });

  test('measures an isolated cell elsewhere, and reads its rows from the file', async () => {
    const out = await folder();
    const { experiment, measured } = counting();
    const elsewhere = async (key: string) => {
      await run(experiment, setup, { out, only: key });
    };
    const rows = await run({ ...experiment, isolated: true }, setup, { out, elsewhere });
    expect(rows.length).toBe(4);
    expect(measured.length).toBe(4);
  });

  test('refuses rows of another experiment', async () => {
    const out = await folder();
    const { experiment } = counting();
    await appendFile(rowsPath(out, experiment), '{"experiment":"sweep","cell":"x","rows":[]}\n');
    expect(run(experiment, setup, { out })).rejects.toThrow('expected a row of counting, got one of sweep');
  });
});
