import { basename, resolve } from 'node:path';
import type { Kernels } from '../kernels/kernels.ts';
import type { MeanRow } from './mean-row.ts';
import type { Report } from './report.ts';

/** What an experiment is run on: every combination of these is measured. */
export interface LabSetup {
  readonly kernels: Kernels;
  /** Folders in BEIR layout. */
  readonly datasets: readonly string[];
  readonly students: readonly string[];
  readonly teachers: readonly string[];
  readonly seeds: readonly number[];
  /** Teacher weight of experiments that take one. */
  readonly alpha: number;
  readonly signal?: AbortSignal;
}

export type LabValue = string | number | boolean | null | readonly number[];

/** One measurement: flat, so that a line of the file is a row of a table. */
export type LabRow = Readonly<Record<string, LabValue>>;

/** A piece of work that is done whole or not at all; its key names everything in the setup that decides its rows. */
export interface LabCell {
  readonly key: string;
  /** What it reads. */
  readonly combinations: readonly Combination[];
  run(): Promise<readonly LabRow[]>;
}

export interface Experiment {
  /** Name of the command and of its files. */
  readonly name: string;
  readonly description: string;
  /** Columns that tell its rows apart, beside collection, student, teacher and seed. */
  readonly parameters: readonly string[];
  /** Each cell in a process of its own, so that memory is that of the cell. */
  readonly isolated?: true;
  /** Reads the setup's teacher weight. */
  readonly takesAlpha?: true;
  cells(setup: LabSetup): readonly LabCell[];
  report(rows: readonly MeanRow[]): Report;
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

/** A cell about a combination, with what tells it from the others about it; `also`: other datasets that it reads. */
export function labCell(
  combination: Combination,
  parts: readonly (string | number)[],
  run: LabCell['run'],
  also: readonly string[] = [],
): LabCell {
  const { dataset, student, teacher, seed } = combination;
  const datasets = [...new Set([dataset, ...also])];
  return {
    key: [datasetName(dataset), student, teacher, seed, ...parts].join(' | '),
    combinations: datasets.map((dataset) => ({ ...combination, dataset })),
    run,
  };
}

/** What a dataset's folder is called. */
export const datasetName = (dataset: string) => basename(resolve(dataset));
