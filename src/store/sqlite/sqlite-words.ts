import { config } from '../../config.ts';
import { queryTerms, wordTerms } from '../../word-terms.ts';
import { noWords } from '../no-words.ts';
import type { WordHits } from '../store.ts';
import type { Database } from './database.ts';
import type { SqliteDocuments } from './sqlite-documents.ts';

/** A document that came, was replaced or went. */
export interface TextChange {
  readonly row: number;
  readonly isNew: boolean;
  /** Null where there is none, or no document any more. */
  readonly text: string | null;
}

/** Above every row. */
const allRows = Number.MAX_SAFE_INTEGER;

/**
 * BM25 of the texts of one collection, by SQLite's FTS5. A table of its own, since its statistics are those of a whole table.
 * It holds the terms that `wordTerms` makes of a text: letters and digits alone, so that a query cannot have syntax.
 * Calls are synchronous; the caller makes the transaction.
 */
export class SqliteWords {
  readonly #database: Database;
  readonly #collection: number;
  readonly #name: string;
  /** The last row that the index covers, −1 where there is none; null until it was looked up. */
  #to: number | null = null;

  constructor(database: Database, collection: number, name: string) {
    this.#database = database;
    this.#collection = collection;
    this.#name = name;
  }

  /** Whether every text is indexed, and will be. */
  get isComplete(): boolean {
    return this.#covered === allRows;
  }

  /** One step towards an index of all documents, of which writes may come between; a process that stopped goes on from here. */
  extend(documents: SqliteDocuments): void {
    const from = this.#covered;
    // It keeps what it is given: one that does not (contentless_delete) goes on counting deleted documents in SQLite 3.53.
    if (from < 0) this.#database.exec(`CREATE VIRTUAL TABLE ${this.#table} USING fts5(terms, tokenize = 'ascii')`);
    const texts = documents.texts(from, config.store.sliceTexts);
    for (const { row, text } of texts) this.#insert(row, text);
    const to = texts.at(-1)?.row ?? allRows;
    this.#database.statement('UPDATE collection SET words_to = ? WHERE number = ?').run(to, this.#collection);
    // Looked up again: this transaction may still fail.
    this.#to = null;
  }

  /**
   * Follows what was written, in its order. After all of the documents and not between them: SQLite may begin a statement
   * that writes a document with a savepoint, and FTS5 then puts what it gathered on disk as an index of its own.
   */
  write(changes: readonly TextChange[]): void {
    const remove = `DELETE FROM ${this.#table} WHERE rowid = ?`;
    for (const { row, isNew, text } of changes) {
      if (row > this.#covered) continue;
      if (!isNew) this.#database.statement(remove).run(row);
      if (text !== null) this.#insert(row, text);
    }
  }

  /** Removes the index, with the collection. */
  drop(): void {
    if (this.#covered >= 0) this.#database.exec(`DROP TABLE ${this.#table}`);
  }

  search(query: string, limit: number): WordHits {
    if (!this.isComplete) throw noWords(this.#name);
    const terms = queryTerms(query);
    if (terms.length === 0) return { rows: [], scores: [] };
    const sql = `SELECT rowid, -bm25(${this.#table}) AS score FROM ${this.#table}
      WHERE ${this.#table} MATCH ? ORDER BY score DESC, rowid LIMIT ?`;
    const match = terms.map((term) => `"${term}"`).join(' OR ');
    const found = this.#database.statement(sql).all(match, limit);
    return { rows: found.map(({ rowid }) => rowid as number), scores: found.map(({ score }) => score as number) };
  }

  #insert(row: number, text: string): void {
    const sql = `INSERT INTO ${this.#table} (rowid, terms) VALUES (?, ?)`;
    this.#database.statement(sql).run(row, wordTerms(text).join(' '));
  }

  get #covered(): number {
    const sql = 'SELECT words_to FROM collection WHERE number = ?';
    this.#to ??= (this.#database.statement(sql).get(this.#collection)?.words_to as number | null) ?? -1;
    return this.#to;
  }

  get #table(): string {
    return `words_${this.#collection}`;
  }
}
