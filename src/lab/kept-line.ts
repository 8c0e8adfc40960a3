import type { LabRow } from './experiment.ts';
import { withoutPath } from './measurement-key.ts';
import type { RowLine } from './row-file.ts';

/** A line of rows as it is kept to compare with: without figures of single queries, state and what is of one machine. */
export function keptLine({ experiment, cell, rows }: RowLine): RowLine {
  return { experiment, cell: cell.split(' | ').map(withoutPath).join(' | '), rows: rows.map(keptRow) };
}

/** What was left out says so with a path, and has no figure. */
function keptRow({ cell, leftOut, student, teacher, ...row }: LabRow): LabRow {
  const figures = Object.entries(row).filter(([, value]) => !Array.isArray(value));
  return {
    student: withoutPath(String(student)),
    teacher: withoutPath(String(teacher)),
    ...Object.fromEntries(figures),
  };
}
