import { appendFile, readFile, truncate } from 'node:fs/promises';
import { ChelatedError } from '../errors.ts';
import type { LabRow } from './experiment.ts';

/** Rows of an experiment as JSON lines, a line a finished cell: what is there need not be measured again. */
export interface RowFile {
  /** Rows of a cell that were measured in this state. */
  rowsOf(cell: string, state: string): readonly LabRow[] | undefined;
  /** How many rows of a cell were measured in another state. */
  stale(cell: string, state: string): number;
  add(line: Omit<RowLine, 'experiment'>): Promise<void>;
}

export interface RowLine {
  readonly experiment: string;
  readonly cell: string;
  /** Of everything that decides the rows (`labState`); not there in files that are kept to compare with. */
  readonly state?: string;
  readonly rows: readonly LabRow[];
}

/**
 * Opens the file of an experiment, or begins it. A last line that was cut off in writing is taken away; its cell is
 * measured again.
 *
 * @throws {ChelatedError} invalid_input for a file of another experiment, or one that is not such a file
 */
export async function openRowFile(path: string, experiment: string): Promise<RowFile> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) await truncate(path, new TextEncoder().encode(whole).length);
  const lines = parseRowLines(whole, experiment, path, '; name another --out folder');
  const of = (cell: string) => lines.filter((line) => line.cell === cell);
  return {
    rowsOf: (cell, state) => of(cell).findLast((line) => line.state === state)?.rows,
    stale: (cell, state) => of(cell).reduce((count, line) => count + (line.state === state ? 0 : line.rows.length), 0),
    async add(line) {
      await appendFile(path, `${JSON.stringify({ experiment, ...line } satisfies RowLine)}\n`);
      lines.push({ experiment, ...line });
    },
  };
}

/**
 * The rows of a file that an earlier run wrote, whatever their state; of a cell that was measured twice, the newer ones.
 *
 * @throws {ChelatedError} not_found; invalid_input as `openRowFile`
 */
export async function readRows(path: string, experiment: string): Promise<LabRow[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ChelatedError('not_found', `${path} cannot be read; expected the rows of an earlier ${experiment}`, {
      cause,
    });
  });
  const cells = new Map(parseRowLines(text, experiment, path).map(({ cell, rows }) => [cell, rows]));
  return [...cells.values()].flat();
}

function parseRowLines(text: string, experiment: string, path: string, advice = ''): RowLine[] {
  return text.split('\n').flatMap((line, i) => {
    return line === '' ? [] : [parseLine(line, experiment, `${path}, line ${i + 1}`, advice)];
  });
}

function parseLine(text: string, experiment: string, where: string, advice: string): RowLine {
  let line: Partial<RowLine>;
  try {
    line = JSON.parse(text);
  } catch (cause) {
    throw new ChelatedError('invalid_input', `${where}: expected JSON${advice}`, { cause });
  }
  if (line.experiment !== experiment || typeof line.cell !== 'string' || !Array.isArray(line.rows)) {
    const got = line.experiment === undefined ? 'something else' : `one of ${line.experiment}`;
    throw new ChelatedError('invalid_input', `${where}: expected a row of ${experiment}, got ${got}${advice}`);
  }
  return line as RowLine;
}
