import { breathe } from '../../breathe.ts';
import type { ChelatedError } from '../../errors.ts';
import { checkDocuments } from '../check-documents.ts';
import { documentBatch } from '../document-batch.ts';
import type {
  CollectionIdentity,
  CollectionState,
  CollectionStore,
  DocumentBatch,
  DocumentChanges,
  DocumentFace,
  GenerationRecord,
  HistoryEntry,
  TeacherVectors,
  WordHits,
  Written,
} from '../store.ts';
import type { Database } from './database.ts';
import { SqliteDocuments } from './sqlite-documents.ts';
import { SqliteLog } from './sqlite-log.ts';
import { SqliteTeachers } from './sqlite-teachers.ts';
import { SqliteWords } from './sqlite-words.ts';

/** A collection in a SQLite database: every call is one transaction. */
export class SqliteCollection implements CollectionStore {
  readonly identity: CollectionIdentity;
  /** Why there is nothing here any more: the collection was dropped or the store closed. */
  ended: ChelatedError | null = null;
  readonly #database: Database;
  readonly #number: number;
  readonly #documents: SqliteDocuments;
  readonly #teachers: SqliteTeachers;
  readonly #log: SqliteLog;
  readonly #words: SqliteWords;

  constructor(database: Database, number: number, identity: CollectionIdentity) {
    this.identity = identity;
    this.#database = database;
    this.#number = number;
    this.#words = new SqliteWords(database, number, identity.name);
    this.#documents = new SqliteDocuments(database, number, identity, this.#words);
    this.#teachers = new SqliteTeachers(database, number);
    this.#log = new SqliteLog(database, number, this.#documents);
  }

  async write(changes: DocumentChanges): Promise<Written> {
    checkDocuments(this.identity, changes.upserts);
    return this.#write(() => this.#documents.write(changes));
  }

  async count(): Promise<number> {
    return this.#read(() => this.#documents.count());
  }

  async byId(ids: readonly string[]): Promise<(DocumentFace | null)[]> {
    return this.#read(() => ids.map((id) => this.#documents.byId(id)));
  }

  async byRow(rows: readonly number[]): Promise<(DocumentFace | null)[]> {
    return this.#read(() => rows.map((row) => this.#documents.byRow(row)));
  }

  async scan(after: number, limit: number): Promise<DocumentBatch> {
    return this.#read(() => documentBatch(this.identity.dims, this.#documents.scan(after, limit)));
  }

  async batch(rows: readonly number[]): Promise<DocumentBatch> {
    const ascending = [...new Set(rows)].sort((a, b) => a - b);
    return this.#read(() => {
      const documents = ascending.flatMap((row) => this.#documents.whole(row) ?? []);
      return documentBatch(this.identity.dims, documents);
    });
  }

  async hasWords(): Promise<boolean> {
    return this.#read(() => this.#words.isComplete);
  }

  async indexWords(): Promise<void> {
    while (!(await this.hasWords())) {
      this.#write(() => this.#words.extend(this.#documents));
      await breathe();
    }
  }

  async searchWords(query: string, limit: number): Promise<WordHits> {
    return this.#read(() => this.#words.search(query, limit));
  }

  async putTeacherVectors(teacher: string, vectors: TeacherVectors): Promise<void> {
    this.#write(() => this.#teachers.put(teacher, vectors));
  }

  async teacherVectors(teacher: string, after: number, limit: number): Promise<TeacherVectors> {
    return this.#read(() => this.#teachers.scan(teacher, after, limit));
  }

  async untaught(teacher: string): Promise<Uint32Array> {
    return this.#read(() => this.#teachers.untaught(teacher));
  }

  async appendEvents(events: readonly ArrayLike<number>[]): Promise<void> {
    this.#write(() => this.#log.append(events));
  }

  async events(): Promise<Uint32Array[]> {
    return this.#read(() => this.#log.events().map(({ rows }) => rows));
  }

  async compactEvents(perDocument: number): Promise<number> {
    return this.#write(() => this.#log.compact(perDocument));
  }

  async state(): Promise<CollectionState> {
    const sql = 'SELECT state FROM collection WHERE number = ?';
    return this.#read(() => JSON.parse(this.#database.statement(sql).get(this.#number)!.state as string));
  }

  async commit({ state, add, drop = [], history = [] }: Parameters<CollectionStore['commit']>[0]): Promise<void> {
    const run = (sql: string, ...values: (string | number | Uint8Array)[]) =>
      this.#database.statement(sql).run(...values);
    this.#write(() => {
      run('UPDATE collection SET state = ? WHERE number = ?', JSON.stringify(state), this.#number);
      for (const number of drop)
        run('DELETE FROM generation WHERE collection = ? AND number = ?', this.#number, number);
      if (add) {
        const { adapter, ...record } = add;
        const insert = 'INSERT OR REPLACE INTO generation (collection, number, record, adapter) VALUES (?, ?, ?, ?)';
        run(insert, this.#number, record.number, JSON.stringify(record), adapter);
      }
      for (const entry of history) {
        run('INSERT INTO history (collection, entry) VALUES (?, ?)', this.#number, JSON.stringify(entry));
      }
    });
  }

  async generations(): Promise<GenerationRecord[]> {
    const sql = 'SELECT record, adapter FROM generation WHERE collection = ? ORDER BY number';
    return this.#read(() => {
      const found = this.#database.statement(sql).all(this.#number);
      return found.map(({ record, adapter }) => ({
        ...JSON.parse(record as string),
        adapter: new Uint8Array(adapter as Uint8Array),
      }));
    });
  }

  async history(limit: number): Promise<HistoryEntry[]> {
    const sql = 'SELECT entry FROM history WHERE collection = ? ORDER BY number DESC LIMIT ?';
    return this.#read(() => {
      const newest = this.#database.statement(sql).all(this.#number, limit);
      return newest.map(({ entry }) => JSON.parse(entry as string)).reverse();
    });
  }

  /** The tables of its own that a collection has; the caller makes the transaction, and removes the collection. */
  dropTables(): void {
    this.#words.drop();
  }

  #read<T>(work: () => T): T {
    if (this.ended) throw this.ended;
    return this.#database.read(work);
  }

  #write<T>(work: () => T): T {
    if (this.ended) throw this.ended;
    return this.#database.write(work);
  }
}
