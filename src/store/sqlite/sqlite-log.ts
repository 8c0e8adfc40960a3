import { newestEvents } from '../newest-events.ts';
import { toBytes, toIntegers } from './blobs.ts';
import type { Database } from './database.ts';
import type { SqliteDocuments } from './sqlite-documents.ts';
import { damaged } from './storage-failure.ts';

interface Event {
  readonly number: number;
  /** Of the documents for which it still counts. */
  readonly rows: Uint32Array;
}

/** The collapse events of one collection. Calls are synchronous; the caller makes the transaction. */
export class SqliteLog {
  readonly #database: Database;
  readonly #collection: number;
  readonly #documents: SqliteDocuments;

  constructor(database: Database, collection: number, documents: SqliteDocuments) {
    this.#database = database;
    this.#collection = collection;
    this.#documents = documents;
  }

  append(events: readonly ArrayLike<number>[]): void {
    const insert = this.#database.statement('INSERT INTO event (collection, members) VALUES (?, ?)');
    for (const event of events) {
      const rows = [...new Set(Array.from(event))].filter((row) => this.#documents.has(row));
      if (rows.length > 0) insert.run(this.#collection, toBytes(Uint32Array.from(rows)));
    }
  }

  events(): Event[] {
    return this.#all().filter(({ rows }) => rows.length > 0);
  }

  /** How many events that still counted were dropped. */
  compact(perDocument: number): number {
    const events = this.#all();
    const kept = newestEvents(
      events.map(({ rows }) => rows),
      perDocument,
    );
    const dropped = events.filter((_, i) => !kept[i]);
    const remove = this.#database.statement('DELETE FROM event WHERE number = ?');
    for (const { number } of dropped) remove.run(number);
    return dropped.filter(({ rows }) => rows.length > 0).length;
  }

  #all(): Event[] {
    const after = this.#documents.eventsAfter();
    const sql = 'SELECT number, members FROM event WHERE collection = ? ORDER BY number';
    const found = this.#database.statement(sql).all(this.#collection);
    return found.map(({ number, members }) => {
      const rows = toIntegers(members as Uint8Array);
      if (rows === null) throw damaged(this.#database.path, `event ${number} is cut short`);
      return {
        number: number as number,
        rows: rows.filter((row) => (after.get(row) ?? Infinity) < (number as number)),
      };
    });
  }
}
