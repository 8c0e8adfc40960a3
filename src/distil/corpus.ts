import type { StaticTable } from '../encode/static-table.ts';
import { type Matrix, pickRows } from '../matrix.ts';
import { pickBags, type TokenBags } from '../token-bags.ts';
import { type LabelledQueries, pickLabelled } from './labelled-queries.ts';
import { type PseudoQueries, pickPseudoQueries } from './pseudo-queries.ts';

/** The usable documents: row i of everything is one of them. */
export interface Corpus {
  readonly texts: readonly string[];
  readonly X: Matrix; // (n, d) base vectors, unit rows
  readonly bags: TokenBags;
  readonly T: Matrix | null; // (n, e) teacher vectors, unit rows
  readonly table: StaticTable | null;
  readonly vocabulary: number;
  /** Collapse events of real queries, oldest first, as rows; null when documents stand in for queries. */
  readonly events: readonly Uint32Array[] | null;
  /** Further rows of the fit, of the documents themselves. */
  readonly pseudoQueries?: PseudoQueries;
  /** What a fit in mode sdft is tuned on. */
  readonly labelled?: LabelledQueries;
}

/** The documents named, in that order. */
export function pickDocuments(corpus: Corpus, rows: ArrayLike<number>): Corpus {
  return {
    ...corpus,
    texts: Array.from(rows, (i) => corpus.texts[i]!),
    X: pickRows(corpus.X, rows),
    bags: pickBags(corpus.bags, rows),
    T: corpus.T && pickRows(corpus.T, rows),
    events: corpus.events && pickEvents(corpus.events, rows),
    ...(corpus.pseudoQueries && { pseudoQueries: pickPseudoQueries(corpus.pseudoQueries, rows) }),
    ...(corpus.labelled && { labelled: pickLabelled(corpus.labelled, rows) }),
  };
}

/** Events over the documents named, in their new places; an event without any is gone. */
export function pickEvents(events: readonly Uint32Array[], rows: ArrayLike<number>): Uint32Array[] {
  const place = new Map(Array.from(rows, (from, to) => [from, to]));
  return events
    .map((event) => Uint32Array.from(Array.from(event).flatMap((document) => place.get(document) ?? [])))
    .filter((event) => event.length > 0);
}
