import type { ReportRow } from '../evaluate/report-table.ts';
import type { Tested } from './against.ts';
import type { LabRow, LabValue } from './experiment.ts';

/** The different values of a column, in the order in which they appear. */
export function distinct(rows: readonly LabRow[], column: string): string[] {
  return [...new Set(rows.map((row) => String(row[column])))];
}

export function byName(rows: readonly LabRow[], collection: string): LabRow[] {
  return rows.filter((row) => row.collection === collection);
}

/** Rows of the first seed: what has a table a query cannot mix seeds. */
export function ofSeed(rows: readonly LabRow[]): LabRow[] {
  return rows.filter(({ seed }) => seed === rows[0]?.seed);
}

/** A figure, or NaN where there is none. */
export function number(value: LabValue | undefined): number {
  return typeof value === 'number' ? value : Number.NaN;
}

/** Differences with their interval and adjusted p. */
export function significance(
  tested: readonly Tested[],
  nameOf: (row: LabRow) => string,
): { columns: string[]; rows: ReportRow[] } {
  return {
    columns: ['nDCG@10', 'difference', 'from', 'to', 'p (Holm)'],
    rows: tested.map(({ row, difference, low, high, adjusted }) => ({
      name: nameOf(row),
      figures: [number(row.ndcg), difference, low, high, adjusted],
    })),
  };
}

/** Mean over seeds, and their spread where there are several. */
export function overSeeds(rows: readonly LabRow[], column: string): string {
  const values = rows.map((row) => number(row[column])).filter(Number.isFinite);
  if (values.length === 0) return '–';
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = Math.max(...values) - Math.min(...values);
  const shown = mean.toFixed(3).replace(/^(-?)0\./, '$1.');
  return values.length > 1 ? `${shown} (±${(spread / 2).toFixed(3).replace(/^0/, '')})` : shown;
}
