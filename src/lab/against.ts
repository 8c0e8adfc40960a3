import { type Bootstrap, bootstrap } from '../evaluate/bootstrap.ts';
import { holm } from '../evaluate/holm.ts';
import type { LabRow } from './experiment.ts';
import { figure, type MeanRow } from './mean-row.ts';
import { measurementKey } from './measurement-key.ts';
import type { Section } from './report.ts';

/** What is tested of a row: the column of its mean, and that of every query. */
export interface Measure {
  readonly name: string;
  readonly column: string;
  readonly perQuery: string;
}

export const ndcgMeasure: Measure = { name: 'nDCG@10', column: 'ndcg', perQuery: 'perQuery' };

/** A row's difference to a reference over the same queries, its p adjusted for all tests of the table. */
export interface Tested extends Bootstrap {
  readonly row: MeanRow;
  readonly measure: Measure;
  readonly adjusted: number;
}

/** Whether a row of the same collection, student and teacher is what another one is compared with. */
export type IsReference = (candidate: LabRow, row: LabRow) => boolean;

/**
 * Paired bootstrap of every row against its reference among `all`, Holm-corrected over all of them and over all measures.
 * Of several seeds a query's difference is the mean of those within each seed. A row that is its own reference, or has
 * none, is left out.
 */
export function against(
  rows: readonly MeanRow[],
  all: readonly MeanRow[],
  isReference: IsReference,
  measures: readonly Measure[] = [ndcgMeasure],
): Tested[] {
  const tested = rows.flatMap((row) => {
    const key = measurementKey(row.mean, []);
    const reference = all.find(({ mean }) => measurementKey(mean, []) === key && isReference(mean, row.mean));
    if (reference === undefined || reference === row) return [];
    return measures.map((measure) => ({ row, measure, ...difference(reference, row, measure) }));
  });
  const adjusted = holm(tested.map(({ p }) => p));
  return tested.map((test, i) => ({ ...test, adjusted: adjusted[i]! }));
}

/** Of two rows over the same queries. */
export function difference(reference: MeanRow, row: MeanRow, measure = ndcgMeasure): Bootstrap {
  return bootstrap(queries(reference.mean, measure), queries(row.mean, measure));
}

export const queries = (row: LabRow, { perQuery } = ndcgMeasure) => row[perQuery] as readonly number[];

/** Differences with their interval and adjusted p, as a section; of several measures, each names its own. */
export function significance(
  title: string,
  tested: readonly Tested[],
  nameOf: (row: LabRow) => string,
  text = 'Paired bootstrap, 10,000 resamples; p adjusted by Holm over this table.',
): Section {
  const [measure = ndcgMeasure, ...others] = new Set(tested.map(({ measure }) => measure));
  const isOne = others.length === 0;
  const rows = tested.map(({ row, measure, difference, low, high, adjusted }) => ({
    name: isOne ? nameOf(row.mean) : `${nameOf(row.mean)}: ${measure.name}`,
    figures: [figure(row, measure.column), difference, low, high, adjusted],
  }));
  return {
    title,
    text,
    table: { columns: [isOne ? measure.name : 'mean', 'difference', 'from', 'to', 'p (Holm)'], rows },
  };
}
