import type { LabRow } from './experiment.ts';

/** What tells a measurement from the others of its experiment, whatever its seed: collection, student, teacher, parameters. */
export function measurementKey(row: LabRow, parameters: readonly string[]): string {
  return JSON.stringify(['collection', 'student', 'teacher', ...parameters].map((column) => row[column] ?? null));
}

/** An encoder's name where it is the same on every machine: of files, their names alone. */
export const withoutPath = (id: string) => id.replace(/(?:\b[A-Za-z]:)?[^,:]*[\\/]/g, '');
