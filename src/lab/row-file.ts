import { appendFile, readFile, truncate } from 'node:fs/promises';
import { ChelatedError } from '../errors.ts';
import type { LabRow } from './experiment.ts';

/** Rows of an experiment as JSON lines, a line a finished cell: what is there need not be measured again. */
export interface RowFile {
  readonly done: ReadonlyMap<string, readonly LabRow[]>;
  add(cell: string, rows: readonly LabRow[]): Promise<void>;
}

interface Line {
  readonly experiment: string;
  readonly cell: string;
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
  const done = new Map<string, readonly LabRow[]>();
  for (const [number, line] of whole.split('\n').entries()) {
    if (line === '') continue;
    const { cell, rows } = parseLine(line, experiment, `${path}, line ${number + 1}`);
    done.set(cell, rows);
  }
  return {
    done,
    async add(cell, rows) {
      await appendFile(path, `${JSON.stringify({ experiment, cell, rows } satisfies Line)}\n`);
      done.set(cell, rows);
    },
  };
}

function parseLine(text: string, experiment: string, where: string): Line {
  let line: Partial<Line>;
  try {
    line = JSON.parse(text);
  } catch (cause) {
    throw new ChelatedError('invalid_input', `${where}: expected JSON; name another --out folder`, { cause });
  }
  if (line.experiment !== experiment || typeof line.cell !== 'string' || !Array.isArray(line.rows)) {
    const got = line.experiment === undefined ? 'something else' : `one of ${line.experiment}`;
    throw new ChelatedError(
      'invalid_input',
      `${where}: expected a row of ${experiment}, got ${got}; name another --out`,
    );
  }
  return line as Line;
}
