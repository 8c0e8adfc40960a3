import type { TeacherMap } from '../adapter/parts.ts';
import type { StaticTable } from '../encode/static-table.ts';
import type { Matrix } from '../matrix.ts';
import type { TokenBags } from '../token-bags.ts';

/** What every fit sees: row i of each is one usable document. */
export interface FitData {
  readonly X: Matrix; // (n, d) base vectors, unit rows
  readonly bags: TokenBags; // n texts
  readonly Y: Matrix; // (n, dOut) targets; a row's length is its weight
  /** Passed on to the adapter. */
  readonly teacher: TeacherMap | null;
  /** The student's token table, where it is one. */
  readonly table: StaticTable | null;
  readonly vocabulary: number;
  /**
   * What the token table itself says of the targets, where it was made from the same teacher: table·basis. Null: a map has to
   * be fitted first.
   */
  readonly basis?: Matrix | null; // (d, dOut)
}
