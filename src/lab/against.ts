import { type Bootstrap, bootstrap } from '../evaluate/bootstrap.ts';
import { holm } from '../evaluate/holm.ts';
import type { LabRow } from './experiment.ts';
import { figure, type MeanRow } from './mean-row.ts';
import { measurementKey } from './measurement-key.ts';
import type { Section } from './report.ts';

/** A row's difference to a reference over the same queries, its p adjusted for all tests of the table. */
export interface Tested extends Bootstrap {
  readonly row: MeanRow;
  readonly adjusted: number;
}

/** Whether a row of the same collection, student and teacher is what another one is compared with. */
export type IsReference = (candidate: LabRow, row: LabRow) => boolean;

/**
 * Paired bootstrap of every row against its reference among `all`, Holm-corrected over all of them. Of several seeds a
 * query's difference is the mean of those within each seed. A row that is its own reference, or has none, is left out.
 */
export function against(rows: readonly MeanRow[], all: readonly MeanRow[], isReference: IsReference): Tested[] {
  const tested = rows.flatMap((row) => {
    const key = measurementKey(row.mean, []);
    const reference = all.find(({ mean }) => measurementKey(mean, []) === key && isReference(mean, row.mean));
    return reference === undefined || reference === row ? [] : [{ row, ...difference(reference, row) }];
  });
  const adjusted = holm(tested.map(({ p }) => p));
  return tested.map((test, i) => ({ ...test, adjusted: adjusted[i]! }));
}

/** Of two rows over the same queries. */
export function difference(reference: MeanRow, row: MeanRow): Bootstrap {
  return bootstrap(queries(reference.mean), queries(row.mean));
}

export const queries = (row: LabRow) => row.perQuery as readonly number[];

/** Differences with their interval and adjusted p, as a section. */
export function significance(
  title: string,
  tested: readonly Tested[],
  nameOf: (row: LabRow) => string,
  text = 'Paired bootstrap, 10,000 resamples; p adjusted by Holm over this table.',
): Section {
  const rows = tested.map(({ row, difference, low, high, adjusted }) => ({
    name: nameOf(row.mean),
    figures: [figure(row, 'ndcg'), difference, low, high, adjusted],
  }));
  return { title, text, table: { columns: ['nDCG@10', 'difference', 'from', 'to', 'p (Holm)'], rows } };
}
