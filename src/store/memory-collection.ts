import { breathe } from '../breathe.ts';
import { config } from '../config.ts';
import type { ChelatedError } from '../errors.ts';
import { checkDocuments, checkTeacherVectors } from './check-documents.ts';
import { copyJson, documentBatch, face, type StoredDocument, stackRows } from './document-batch.ts';
import { newestEvents } from './newest-events.ts';
import { noWords } from './no-words.ts';
import type {
  CollectionIdentity,
  CollectionState,
  CollectionStore,
  DocumentBatch,
  DocumentChanges,
  DocumentFace,
  GenerationRecord,
  HistoryEntry,
  NewDocument,
  TeacherVectors,
  WordHits,
  Written,
} from './store.ts';
import { WordIndex } from './word-index.ts';

/** A collection in plain memory. Everything is copied on the way in and on the way out. */
export class MemoryCollection implements CollectionStore {
  readonly identity: CollectionIdentity;
  /** Why there is nothing here any more: the collection was dropped or the store closed. */
  ended: ChelatedError | null = null;
  #state: CollectionState;
  #lastRow = 0;
  readonly #documents = new Map<number, StoredDocument>();
  readonly #rows = new Map<string, number>();
  readonly #taught = new Map<string, Map<number, Float32Array>>();
  #events: Uint32Array[] = [];
  #hasWords = false;
  /** Made when words are first searched for, and kept up to date from then on: an edge that never does pays nothing. */
  #words: WordIndex | null = null;
  /** Rows whose words are not in it yet. */
  #unindexed: number[] = [];
  readonly #generations = new Map<number, GenerationRecord>();
  readonly #history: HistoryEntry[] = [];

  constructor(identity: CollectionIdentity, state: CollectionState) {
    this.identity = { ...identity };
    this.#state = { ...state };
  }

  /** The documents with the row numbers they had elsewhere, ascending. Only into an empty collection. */
  load(documents: readonly (NewDocument & { readonly row: number })[]): void {
    checkDocuments(this.identity, documents);
    for (const document of documents) this.#keep(document.row, document);
  }

  async write({ upserts, deletes }: DocumentChanges): Promise<Written> {
    this.#assertOpen();
    checkDocuments(this.identity, upserts);
    const replaced = new Set(upserts.map(({ id }) => id));
    const deleted: number[] = [];
    const changed = new Set<number>();
    for (const id of deletes) {
      const row = this.#rows.get(id);
      if (row === undefined || replaced.has(id)) continue;
      this.#rows.delete(id);
      this.#documents.delete(row);
      this.#words?.delete(row);
      deleted.push(row);
      changed.add(row);
    }
    const rows = upserts.map((document) => {
      const row = this.#rows.get(document.id) ?? this.#lastRow + 1;
      const before = this.#documents.get(row);
      if (before && !sameContent(before, document)) changed.add(row);
      this.#keep(row, document);
      this.#words?.put(row, document.text);
      return row;
    });
    this.#forget(changed);
    return { rows, deleted };
  }

  async count(): Promise<number> {
    this.#assertOpen();
    return this.#documents.size;
  }

  async byId(ids: readonly string[]): Promise<(DocumentFace | null)[]> {
    return this.byRow(ids.map((id) => this.#rows.get(id) ?? 0));
  }

  async byRow(rows: readonly number[]): Promise<(DocumentFace | null)[]> {
    this.#assertOpen();
    return rows.map((row) => {
      const document = this.#documents.get(row);
      return document ? face(document) : null;
    });
  }

  async scan(after: number, limit: number): Promise<DocumentBatch> {
    this.#assertOpen();
    const documents = this.#page(this.#documents, after, limit).map(([, document]) => document);
    return documentBatch(this.identity.dims, documents);
  }

  async batch(rows: readonly number[]): Promise<DocumentBatch> {
    this.#assertOpen();
    const ascending = [...new Set(rows)].sort((a, b) => a - b);
    const documents = ascending.flatMap((row) => this.#documents.get(row) ?? []);
    return documentBatch(this.identity.dims, documents);
  }

  async hasWords(): Promise<boolean> {
    this.#assertOpen();
    return this.#hasWords;
  }

  async indexWords(): Promise<void> {
    this.#assertOpen();
    this.#hasWords = true;
  }

  async searchWords(query: string, limit: number): Promise<WordHits> {
    this.#assertOpen();
    if (!this.#hasWords) throw noWords(this.identity.name);
    if (this.#words === null) {
      this.#words = new WordIndex();
      this.#unindexed = [...this.#documents.keys()];
    }
    while (this.#unindexed.length > 0) {
      for (const row of this.#unindexed.splice(-config.store.sliceTexts)) {
        this.#words.put(row, this.#documents.get(row)?.text ?? null);
      }
      await breathe();
    }
    return this.#words.search(query, limit);
  }

  async putTeacherVectors(teacher: string, given: TeacherVectors): Promise<void> {
    this.#assertOpen();
    const kept = this.#taught.get(teacher) ?? new Map<number, Float32Array>();
    checkTeacherVectors(teacher, given, kept.values().next().value?.length ?? null);
    const { rows, vectors } = given;
    rows.forEach((row, i) => {
      if (this.#documents.has(row)) kept.set(row, vectors.data.slice(i * vectors.dims, (i + 1) * vectors.dims));
    });
    this.#taught.set(teacher, kept);
  }

  async teacherVectors(teacher: string, after: number, limit: number): Promise<TeacherVectors> {
    this.#assertOpen();
    const entries = this.#page(this.#taught.get(teacher) ?? new Map<number, Float32Array>(), after, limit);
    const vectors = entries.map(([, vector]) => vector);
    return { rows: Uint32Array.from(entries, ([row]) => row), vectors: stackRows(vectors[0]?.length ?? 0, vectors) };
  }

  async untaught(teacher: string): Promise<Uint32Array> {
    this.#assertOpen();
    const taught = this.#taught.get(teacher);
    return Uint32Array.from([...this.#documents.keys()].filter((row) => !taught?.has(row))).sort();
  }

  async appendEvents(events: readonly ArrayLike<number>[]): Promise<void> {
    this.#assertOpen();
    for (const event of events) {
      const rows = [...new Set(Array.from(event))].filter((row) => this.#documents.has(row));
      if (rows.length > 0) this.#events.push(Uint32Array.from(rows));
    }
  }

  async events(): Promise<Uint32Array[]> {
    this.#assertOpen();
    return this.#events.map((event) => event.slice());
  }

  async compactEvents(perDocument: number): Promise<number> {
    this.#assertOpen();
    const before = this.#events.length;
    const kept = newestEvents(this.#events, perDocument);
    this.#events = this.#events.filter((_, i) => kept[i]);
    return before - this.#events.length;
  }

  async state(): Promise<CollectionState> {
    this.#assertOpen();
    return { ...this.#state };
  }

  async commit({ state, add, drop = [], history = [] }: Parameters<CollectionStore['commit']>[0]): Promise<void> {
    this.#assertOpen();
    const entries = copyJson(history);
    this.#state = { ...state };
    for (const number of drop) this.#generations.delete(number);
    if (add) this.#generations.set(add.number, copyGeneration(add));
    this.#history.push(...entries);
  }

  async generations(): Promise<GenerationRecord[]> {
    this.#assertOpen();
    return [...this.#generations.values()].sort((a, b) => a.number - b.number).map(copyGeneration);
  }

  async history(limit: number): Promise<HistoryEntry[]> {
    this.#assertOpen();
    return copyJson(this.#history.slice(Math.max(0, this.#history.length - limit)));
  }

  #keep(row: number, { id, text, metadata, vector, tokens }: NewDocument): void {
    const bag = tokens && { ids: tokens.ids.slice(), counts: tokens.counts.slice() };
    this.#documents.set(row, { row, id, text, metadata: copyJson(metadata), vector: vector.slice(), tokens: bag });
    this.#rows.set(id, row);
    this.#lastRow = Math.max(this.#lastRow, row);
  }

  /** What was known of documents that are gone, or are others now. */
  #forget(rows: ReadonlySet<number>): void {
    if (rows.size === 0) return;
    for (const taught of this.#taught.values()) for (const row of rows) taught.delete(row);
    this.#events = this.#events
      .map((event) => event.filter((row) => !rows.has(row)))
      .filter((event) => event.length > 0);
  }

  /** At most `limit` entries with a row above `after`, ascending: rows are numbers without large gaps. */
  #page<T>(byRow: ReadonlyMap<number, T>, after: number, limit: number): [row: number, value: T][] {
    const found: [number, T][] = [];
    for (let row = after + 1; row <= this.#lastRow && found.length < limit; row++) {
      const value = byRow.get(row);
      if (value !== undefined) found.push([row, value]);
    }
    return found;
  }

  #assertOpen(): void {
    if (this.ended) throw this.ended;
  }
}

const copyGeneration = (record: GenerationRecord): GenerationRecord => ({ ...record, adapter: record.adapter.slice() });

/** The same text and, bit for bit, the same vector: then what a teacher said and what collapsed still holds. */
function sameContent(before: NewDocument, after: NewDocument): boolean {
  return before.text === after.text && before.vector.every((x, i) => Object.is(x, after.vector[i]));
}
