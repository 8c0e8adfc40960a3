import { join } from 'node:path';
import type { Experiment, LabCell, LabRow, LabSetup } from './experiment.ts';
import { openRowFile } from './row-file.ts';

export interface RunOptions {
  /** The folder of the rows. */
  readonly out: string;
  /** Hash of what decides a cell's rows beside its key: rows of another state are left where they are, and measured again. */
  readonly stateOf: (cell: LabCell) => Promise<string>;
  /** Told before a cell, with the share of the cells that are done. */
  readonly onCell?: (key: string, share: number) => void;
  /** Told before the first cell how many rows of its cells are of another state. */
  readonly onStale?: (rows: number) => void;
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
  { out, stateOf, onCell, onStale, only, elsewhere }: RunOptions,
): Promise<LabRow[]> {
  const path = rowsPath(out, experiment);
  let file = await openRowFile(path, experiment.name);
  const cells: (LabCell & { readonly state: string })[] = [];
  for (const cell of experiment.cells(setup)) {
    setup.signal?.throwIfAborted();
    if (only === undefined || cell.key === only) cells.push({ ...cell, state: await stateOf(cell) });
  }
  const stale = cells.reduce((count, { key, state }) => count + file.stale(key, state), 0);
  if (stale > 0) onStale?.(stale);
  const open = cells.filter(({ key, state }) => file.rowsOf(key, state) === undefined);
  for (const [i, cell] of open.entries()) {
    setup.signal?.throwIfAborted();
    onCell?.(cell.key, i / open.length);
    if (experiment.isolated && elsewhere && only === undefined) {
      await elsewhere(cell.key);
      file = await openRowFile(path, experiment.name);
    } else {
      await file.add({ cell: cell.key, state: cell.state, rows: await measured(cell) });
    }
  }
  return cells.flatMap(({ key, state }) => file.rowsOf(key, state) ?? []);
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
