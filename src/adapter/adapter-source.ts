import type { StaticTable } from '../encode/static-table.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { AdapterCard } from './card.ts';
import type { AdapterParts } from './parts.ts';

/** What an adapter is made ready from: a fit's result, or a file that was read (then with its hash). */
export interface AdapterSource {
  readonly parts: AdapterParts;
  readonly card: AdapterCard;
  readonly hash?: string;
}

/** What runs it: the kernels, and the student's token table where the adapter is lexical. */
export interface AdapterHost {
  readonly kernels: Kernels;
  readonly table?: StaticTable;
}
