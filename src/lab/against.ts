import { type Bootstrap, bootstrap } from '../evaluate/bootstrap.ts';
import { holm } from '../evaluate/holm.ts';
import type { LabRow } from './experiment.ts';

/** A row's difference to a reference over the same queries, its p adjusted for all tests of the table. */
export interface Tested extends Bootstrap {
  readonly row: LabRow;
  readonly adjusted: number;
}

/**
 * Paired bootstrap of every row against the reference that `referenceOf` names for it, Holm-corrected over all of them. A
 * row that is its own reference, or has none, is left out.
 */
export function against(rows: readonly LabRow[], referenceOf: (row: LabRow) => LabRow | undefined): Tested[] {
  const tested = rows.flatMap((row) => {
    const reference = referenceOf(row);
    return reference === undefined || reference === row
      ? []
      : [{ row, ...bootstrap(queries(reference), queries(row)) }];
  });
  const adjusted = holm(tested.map(({ p }) => p));
  return tested.map((test, i) => ({ ...test, adjusted: adjusted[i]! }));
}

export const queries = (row: LabRow) => row.perQuery as readonly number[];
