import { average } from '../evaluate/average.ts';
import { shownFigure } from '../evaluate/report-table.ts';
import type { LabRow, LabValue } from './experiment.ts';
import { measurementKey } from './measurement-key.ts';

/** One measurement, however many seeds it was made with. */
export interface MeanRow {
  /** What its rows share, and the means of what differs; null where that is no number. nDCG of a query is a mean as well. */
  readonly mean: LabRow;
  /** One row a seed. */
  readonly seeds: readonly LabRow[];
}

/** A run's rows, those that differ by their seed alone as one, in the order in which they appear. */
export function overSeeds(rows: readonly LabRow[], parameters: readonly string[]): MeanRow[] {
  const measurements = new Map<string, LabRow[]>();
  for (const row of rows) {
    const key = measurementKey(row, parameters);
    measurements.set(key, [...(measurements.get(key) ?? []), row]);
  }
  return Array.from(measurements.values(), meanRow);
}

/** Rows of several seeds as one; a seed that has none is left out. */
export function meanRow(rows: readonly (LabRow | undefined)[]): MeanRow {
  const seeds = rows.filter((row) => row !== undefined);
  const columns = Object.keys(seeds[0] ?? {}).filter((column) => column !== 'seed');
  return {
    mean: Object.fromEntries(columns.map((column) => [column, meanOf(seeds.map((row) => row[column]))])),
    seeds,
  };
}

/** Rows seed by seed: what is chosen, or correlated, within a seed. */
export function bySeed(rows: readonly MeanRow[]): LabRow[][] {
  const all = rows.flatMap(({ seeds }) => seeds);
  return Array.from(new Set(all.map(({ seed }) => seed)), (seed) => all.filter((row) => row.seed === seed));
}

/**
 * A figure of a table: with several seeds its mean and, behind ±, half of its range. Null where there is none.
 *
 * @param shown how a number is written; without it, as the table writes numbers
 */
export function figure(
  row: MeanRow | undefined,
  column: string,
  shown?: (value: number) => string,
): string | number | null {
  const values = row?.seeds.map((seed) => seed[column]).filter((value) => Number.isFinite(value)) as
    | number[]
    | undefined;
  if (!row || !values?.length) return null;
  const mean = row.mean[column] as number;
  if (row.seeds.length === 1) return shown?.(mean) ?? mean;
  const spread = (Math.max(...values) - Math.min(...values)) / 2;
  return `${(shown ?? shownFigure)(mean)} (±${(shown ?? shownFigure)(spread)})`;
}

function meanOf(values: readonly (LabValue | undefined)[]): LabValue {
  const [first = null] = values;
  if (values.every((value) => value === first)) return first;
  if (Array.isArray(first)) return first.map((_, i) => average(values.map((list) => (list as readonly number[])[i]!)));
  const numbers = values.filter((value) => typeof value === 'number');
  return numbers.length === 0 ? null : average(numbers);
}
