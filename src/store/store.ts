import type { AlphaSchedule } from '../distil/alpha-schedule.ts';
import type { Matrix } from '../matrix.ts';
import type { TokenBags } from '../token-bags.ts';

/** What a user may keep with a document and filter searches by. */
export type MetadataValue = string | number | boolean | null;
export type Metadata = Readonly<Record<string, MetadataValue | readonly MetadataValue[]>>;

/** What serves and what the next cycle learns. `off`: generation 0 serves, whatever was promoted. */
export const modes = ['off', 'baseline', 'offline', 'hybrid'] as const;
export type Mode = (typeof modes)[number];

/**
 * `asymmetric`: documents that have a teacher vector are searched as that, the others and all queries corrected. `mixed`: as
 * the mean of that and their corrected one.
 */
export const servings = ['symmetric', 'asymmetric', 'mixed'] as const;
export type Serving = (typeof servings)[number];

/** A curriculum, and the number of cycles that had ended when it was set: it begins with the next one. */
export interface Curriculum extends AlphaSchedule {
  readonly after: number;
}

/** What a collection is and does: changed as a whole, in one transaction. */
export interface CollectionState {
  readonly mode: Mode;
  /** Teacher weight of mode hybrid, 0 … 1, the same in every cycle or by a curriculum. */
  readonly alpha: number | Curriculum;
  /** The generation that serves; 0 is the unadapted student, which has no record. */
  readonly serving: number;
  /** Highest number that a generation has had; numbers are not given twice. */
  readonly lastGeneration: number;
  /** Sedimentation cycles that ended. */
  readonly cycles: number;
}

/** What decides the base vectors of a collection; it never changes while the collection lives. */
export interface CollectionIdentity {
  readonly name: string;
  readonly student: string;
  readonly baseFingerprint: string;
  readonly dims: number;
}

/** One version of the adapter. Immutable. */
export interface GenerationRecord {
  readonly number: number; // from 1
  /** The sealed adapter file. */
  readonly adapter: Uint8Array;
  readonly serving: Serving;
  /** The teacher whose vectors are searched, null in symmetric serving. */
  readonly teacher: string | null;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** The cycle that made it, null for an adapter that was brought. */
  readonly cycle: number | null;
}

/** A document on its way in. `vector` has unit length, or is zero where the text had no token. */
export interface NewDocument {
  readonly id: string;
  readonly text: string | null;
  readonly metadata: Metadata | null;
  readonly vector: Float32Array; // (d)
  /** Null where the student's tokens are not known: the user's own vector. */
  readonly tokens: TokenBag | null;
}

/** Distinct token ids of one text, ascending, and how much each counts: `TokenBags` has the rules. */
export interface TokenBag {
  readonly ids: Uint32Array;
  readonly counts: Float32Array;
}

/** A document without its numbers. `row` is its number in the store: ascending in the order of arrival, never given twice, kept when the document is replaced. */
export interface DocumentFace {
  readonly row: number;
  readonly id: string;
  readonly text: string | null;
  readonly metadata: Metadata | null;
}

/** A run of documents in the order of their rows. Entry i of everything is one document. */
export interface DocumentBatch {
  readonly faces: readonly DocumentFace[];
  readonly vectors: Matrix; // (n, d)
  /** A document whose tokens are not known has an empty bag here, and its position in `untokenized`. */
  readonly tokens: TokenBags;
  readonly untokenized: readonly number[];
}

/** What one write changes, all of it or nothing. An id that is in both is replaced. */
export interface DocumentChanges {
  readonly upserts: readonly NewDocument[];
  readonly deletes: readonly string[];
}

/** Row numbers that a write gave or took. */
export interface Written {
  readonly rows: readonly number[]; // of the upserts, in their order
  /** Of the documents that were deleted; ids that nobody had are left out. */
  readonly deleted: readonly number[];
}

/** Vectors of a teacher for documents; a teacher that failed on a document has no row for it. */
export interface TeacherVectors {
  readonly rows: Uint32Array; // document rows, ascending
  readonly vectors: Matrix; // (rows, e)
}

/** Documents that share a word with a query. */
export interface WordHits {
  readonly rows: readonly number[]; // best first, ties ascending
  readonly scores: readonly number[]; // BM25, above 0
}

/** Something that happened to a collection and should be known later: a promotion, a rollback, a change of mode. */
export interface HistoryEntry {
  readonly at: number; // milliseconds since 1970
  readonly kind: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/**
 * One collection's durable truth. What a call has resolved for survives the process; a call that rejects has changed
 * nothing. Calls of one process are made one after the other by the engine where they depend on each other; the store makes
 * each of them atomic.
 *
 * Shaped for databases that are reached over a network: batches, no call a document, the serving generation by one pointer.
 *
 * All throw {ChelatedError}: storage_failed (disk full, read-only, corrupt), naming what to do.
 */
export interface CollectionStore {
  readonly identity: CollectionIdentity;

  write(changes: DocumentChanges): Promise<Written>;
  count(): Promise<number>;
  /** The documents of ids, in the order asked for; null where there is none. */
  byId(ids: readonly string[]): Promise<(DocumentFace | null)[]>;
  /** The documents of rows, in the order asked for; null where there is none. */
  byRow(rows: readonly number[]): Promise<(DocumentFace | null)[]>;
  /** At most `limit` documents with a row above `after` (0: from the first), ascending; empty at the end. */
  scan(after: number, limit: number): Promise<DocumentBatch>;
  /** The named rows with their numbers, ascending; rows that are gone are left out. */
  batch(rows: readonly number[]): Promise<DocumentBatch>;

  /** Whether words can be searched for. */
  hasWords(): Promise<boolean>;
  /**
   * Indexes the words of every text that is there, in slices, and from then on those of every text that is written, in the
   * same transaction. Nothing happens where they are indexed already; cut short, it goes on where it was.
   */
  indexWords(): Promise<void>;
  /**
   * The `limit` best documents by BM25 of the words of a query, whatever signs it has; a word that it repeats counts each
   * time, and words beyond `config.store.queryWords` are left out. Documents that share no word with it, and those without a
   * text, are not found.
   *
   *   Σ_t idf(t) · tf·(k₁ + 1) / (tf + k₁·(1 − b + b·length/mean length)),  idf = max(10⁻⁶, ln((N − n + .5)/(n + .5)))
   *
   * over the N documents of this collection that have a text; k₁ = 1.2, b = .75; words as `wordTerms` cuts them.
   *
   * @throws {ChelatedError} not_supported where the words are not indexed
   */
  searchWords(query: string, limit: number): Promise<WordHits>;

  /** Replaces what this teacher said of these rows; rows that are gone are ignored. */
  putTeacherVectors(teacher: string, vectors: TeacherVectors): Promise<void>;
  /** This teacher's vectors of at most `limit` documents with a row above `after`, ascending. */
  teacherVectors(teacher: string, after: number, limit: number): Promise<TeacherVectors>;
  /** Rows without a vector of this teacher, ascending. */
  untaught(teacher: string): Promise<Uint32Array>;

  /** Appends collapse events, oldest first, each the rows of one collapsed neighbourhood. */
  appendEvents(events: readonly ArrayLike<number>[]): Promise<void>;
  /** Every event kept, oldest first; rows of deleted and replaced documents are not in them. */
  events(): Promise<Uint32Array[]>;
  /** Keeps the events that are among the newest `perDocument` of one of their documents, drops the others. */
  compactEvents(perDocument: number): Promise<number>;

  state(): Promise<CollectionState>;
  /**
   * Changes the state and the records of generations in one transaction: a crash leaves all of it or nothing. With `add` a
   * record is kept; `drop` removes records by number; each history entry is appended.
   */
  commit(change: {
    readonly state: CollectionState;
    readonly add?: GenerationRecord;
    readonly drop?: readonly number[];
    readonly history?: readonly HistoryEntry[];
  }): Promise<void>;
  /** Kept records, ascending by number. */
  generations(): Promise<GenerationRecord[]>;
  /** The newest `limit` entries, oldest first. */
  history(limit: number): Promise<HistoryEntry[]>;
}

/** Where collections live. One process uses a store at a time. */
export interface Store {
  readonly kind: string;
  /** Makes the collection, or opens it. @throws {ChelatedError} adapter_wrong_model when it was made with another student */
  open(identity: CollectionIdentity, initial: CollectionState): Promise<CollectionStore>;
  /** The collection of this name as it was made, null where there is none. */
  find(name: string): Promise<CollectionStore | null>;
  names(): Promise<string[]>;
  /** Removes a collection and everything in it. */
  drop(name: string): Promise<boolean>;
  close(): Promise<void>;
}
