import type { Kernels } from '../kernels/kernels.ts';
import type { Report } from './report.ts';

/** What an experiment is run on: every combination of these is measured. */
export interface LabSetup {
  readonly kernels: Kernels;
  /** Folders in BEIR layout. */
  readonly datasets: readonly string[];
  readonly students: readonly string[];
  readonly teachers: readonly string[];
  readonly seeds: readonly number[];
  readonly signal?: AbortSignal;
}

export type LabValue = string | number | boolean | null | readonly number[];

/** One measurement: flat, so that a line of the file is a row of a table. */
export type LabRow = Readonly<Record<string, LabValue>>;

/** A piece of work that is done whole or not at all; its key names everything that decides its rows. */
export interface LabCell {
  readonly key: string;
  run(): Promise<readonly LabRow[]>;
}

export interface Experiment {
  /** Name of the command and of its files. */
  readonly name: string;
  readonly description: string;
  /** Each cell in a process of its own, so that memory is that of the cell. */
  readonly isolated?: true;
  cells(setup: LabSetup): readonly LabCell[];
  report(rows: readonly LabRow[]): Report;
}

/** A cell for every combination of the setup, by what is opened together: dataset, then student, teacher and seed. */
export interface Combination {
  readonly dataset: string;
  readonly student: string;
  readonly teacher: string;
  readonly seed: number;
}

export function combinations({ datasets, students, teachers, seeds }: LabSetup): Combination[] {
  return datasets.flatMap((dataset) =>
    students.flatMap((student) =>
      teachers.flatMap((teacher) => seeds.map((seed) => ({ dataset, student, teacher, seed }))),
    ),
  );
}

/** The key of a cell: what it is about, in a fixed order. */
export function cellKey(
  { dataset, student, teacher, seed }: Combination,
  ...rest: readonly (string | number)[]
): string {
  return [dataset.split(/[\\/]/).filter(Boolean).at(-1), student, teacher, seed, ...rest].join(' | ');
}
