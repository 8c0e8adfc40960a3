import { join } from 'node:path';
import type { Experiment, LabCell, LabRow, LabSetup } from './experiment.ts';
import { openRowFile } from './row-file.ts';

export interface RunOptions {
  /** The folder of the rows. */
  readonly out: string;
  /** Told before a cell, with the share of the cells that are done. */
  readonly onCell?: (key: string, share: number) => void;
  /** The one cell that is measured, of all that the setup names. */
  readonly only?: string;
  /** Measures a cell of an isolated experiment elsewhere; its rows are in the file afterwards. */
  readonly elsewhere?: (key: string) => Promise<void>;
}

/**
 * Measures the cells that the file of rows does not have yet, one after the other, and returns the rows of all cells of the
 * setup in their order. Stopped between two cells by the setup's signal; the same call goes on.
 */
export async function runExperiment(
  experiment: Experiment,
  setup: LabSetup,
  { out, onCell, only, elsewhere }: RunOptions,
): Promise<LabRow[]> {
  const path = rowsPath(out, experiment);
  const cells = experiment.cells(setup).filter(({ key }) => only === undefined || key === only);
  let file = await openRowFile(path, experiment.name);
  const open = cells.filter(({ key }) => !file.done.has(key));
  for (const [i, cell] of open.entries()) {
    setup.signal?.throwIfAborted();
    onCell?.(cell.key, i / open.length);
    if (experiment.isolated && elsewhere && only === undefined) {
      await elsewhere(cell.key);
      file = await openRowFile(path, experiment.name);
    } else {
      await file.add(cell.key, await measured(cell));
    }
  }
  return cells.flatMap(({ key }) => file.done.get(key) ?? []);
}

export function rowsPath(out: string, { name }: Pick<Experiment, 'name'>): string {
  return join(out, `${name}.jsonl`);
}

/** A cell's rows carry its key and how long it took. */
async function measured({ key, run }: LabCell): Promise<LabRow[]> {
  const started = performance.now();
  const rows = await run();
  const seconds = (performance.now() - started) / 1000;
  return rows.map((row) => ({ cell: key, cellSeconds: Number(seconds.toFixed(2)), ...row }));
}
