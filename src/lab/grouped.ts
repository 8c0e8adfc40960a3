import type { LabRow } from './experiment.ts';
import type { MeanRow } from './mean-row.ts';

/** What was measured of a student and its teacher, on one collection or on all. */
export interface Group {
  /** The collection, and what tells student and teacher from others of the report: nothing where there is one of each. */
  readonly name: string;
  readonly rows: readonly MeanRow[];
}

/** How a report's rows fall apart. */
export interface Grouping {
  readonly collections: readonly string[];
  /** Student × teacher. The name is empty where there is one of each. */
  readonly pairs: readonly (Group & { readonly student: string; readonly teacher: string })[];
  /** Collection × student × teacher. */
  readonly groups: readonly (Group & { readonly collection: string })[];
  /** The name of the group that a row is of. */
  nameOf(row: LabRow): string;
}

/** Rows by collection, student and teacher: no figure of a report is of two of them. */
export function grouped(rows: readonly MeanRow[]): Grouping {
  const collections = distinct(rows, 'collection');
  const telling = ['student', 'teacher'].filter((column) => distinct(rows, column).length > 1);
  const pairOf = (row: LabRow) => named(...telling.map((column) => String(row[column])));
  const nameOf = (row: LabRow) => named(String(row.collection), pairOf(row));
  const pairs = [...new Set(rows.map(({ mean }) => pairOf(mean)))].map((name) => {
    const own = rows.filter(({ mean }) => pairOf(mean) === name);
    const { student, teacher } = own[0]!.mean;
    return { name, student: String(student), teacher: String(teacher), rows: own };
  });
  const groups = collections.flatMap((collection) =>
    pairs.flatMap((pair) => {
      const own = ofCollection(pair.rows, collection);
      return own.length === 0 ? [] : [{ name: nameOf(own[0]!.mean), collection, rows: own }];
    }),
  );
  return { collections, pairs, groups, nameOf };
}

/** The parts of a name that there are. */
export const named = (...parts: readonly string[]) => parts.filter(Boolean).join(', ');

/** The different values of a column, in the order in which they appear. */
export function distinct(rows: readonly MeanRow[], column: string): string[] {
  return [...new Set(rows.map(({ mean }) => String(mean[column])))];
}

export function ofCollection(rows: readonly MeanRow[], collection: string): MeanRow[] {
  return rows.filter(({ mean }) => mean.collection === collection);
}
