import type { StoredDocument } from '../document-batch.ts';
import type { CollectionIdentity, DocumentChanges, DocumentFace, NewDocument, Written } from '../store.ts';
import { bytesToTokens, toBytes, toFloats, tokensToBytes } from './blobs.ts';
import type { Database } from './database.ts';
import type { SqlRow, SqlValue } from './sql-driver.ts';
import type { SqliteWords, TextChange } from './sqlite-words.ts';
import { damaged } from './storage-failure.ts';

// As bytes: some of the runtimes cut text that they read at a zero character.
const face = 'row, CAST(id AS BLOB) AS id, CAST(text AS BLOB) AS text, metadata';
const whole = `${face}, vector, tokens`;
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The documents of one collection as rows of its table. Calls are synchronous; the caller makes the transaction. */
export class SqliteDocuments {
  readonly #database: Database;
  readonly #collection: number;
  readonly #identity: CollectionIdentity;
  readonly #words: SqliteWords;

  constructor(database: Database, collection: number, identity: CollectionIdentity, words: SqliteWords) {
    this.#database = database;
    this.#collection = collection;
    this.#identity = identity;
    this.#words = words;
  }

  write({ upserts, deletes }: DocumentChanges): Written {
    const replaced = new Set(upserts.map(({ id }) => id));
    const gone = deletes.filter((id) => !replaced.has(id));
    const changes: TextChange[] = [];
    const deleted = gone.flatMap((id) => {
      const row = this.#get('DELETE FROM document WHERE collection = ? AND id = ? RETURNING row', id)?.row;
      if (row === undefined) return [];
      changes.push({ row: row as number, isNew: false, text: null });
      return [row as number];
    });
    const rows = upserts.map((document) => this.#put(document, changes));
    this.#words.write(changes);
    return { rows, deleted };
  }

  count(): number {
    return this.#get('SELECT count(*) AS n FROM document WHERE collection = ?')!.n as number;
  }

  byId(id: string): DocumentFace | null {
    const found = this.#get(`SELECT ${face} FROM document WHERE collection = ? AND id = ?`, id);
    return found && toFace(found);
  }

  byRow(row: number): DocumentFace | null {
    const found = this.#get(`SELECT ${face} FROM document WHERE collection = ? AND row = ?`, row);
    return found && toFace(found);
  }

  whole(row: number): StoredDocument | null {
    const found = this.#get(`SELECT ${whole} FROM document WHERE collection = ? AND row = ?`, row);
    return found && this.#toDocument(found);
  }

  scan(after: number, limit: number): StoredDocument[] {
    const sql = `SELECT ${whole} FROM document WHERE collection = ? AND row > ? ORDER BY row LIMIT ?`;
    const found = this.#database.statement(sql).all(this.#collection, after, limit);
    return found.map((row) => this.#toDocument(row));
  }

  /** At most `limit` texts of rows above `after`, ascending. */
  texts(after: number, limit: number): { readonly row: number; readonly text: string }[] {
    const sql = `SELECT row, CAST(text AS BLOB) AS text FROM document WHERE collection = ? AND row > ? AND text IS NOT NULL
      ORDER BY row LIMIT ?`;
    const found = this.#database.statement(sql).all(this.#collection, after, limit);
    return found.map(({ row, text }) => ({ row: row as number, text: utf8.decode(text as Uint8Array) }));
  }

  /** Every row with the number of the last event that does not count for it any more. */
  eventsAfter(): Map<number, number> {
    const sql = 'SELECT row, events_after FROM document WHERE collection = ? ORDER BY row';
    const found = this.#database.statement(sql).all(this.#collection);
    return new Map(found.map(({ row, events_after }) => [row as number, events_after as number]));
  }

  has(row: number): boolean {
    // By the index, which is small: the documents themselves would be read from all over the file.
    const sql = 'SELECT 1 FROM document INDEXED BY document_rows WHERE collection = ? AND row = ?';
    return this.#get(sql, row) !== null;
  }

  #put({ id, text, metadata, vector, tokens }: NewDocument, changes: TextChange[]): number {
    const kept = metadata && JSON.stringify(metadata);
    const numbers = [tokens && tokensToBytes(tokens), toBytes(vector)];
    const same = `SELECT row, text IS ? AS same_text, vector IS ? AS same_vector FROM document WHERE collection = ? AND id = ?`;
    const before = this.#database.statement(same).get(text, toBytes(vector), this.#collection, id);
    if (before === null) {
      const columns = '(collection, id, text, metadata, tokens, vector) VALUES (?, ?, ?, ?, ?, ?)';
      const row = this.#get(`INSERT INTO document ${columns} RETURNING row`, id, text, kept, ...numbers)!.row as number;
      changes.push({ row, isNew: true, text });
      return row;
    }
    const row = before.row as number;
    const update = 'UPDATE document SET text = ?, metadata = ?, tokens = ?, vector = ? WHERE row = ?';
    this.#database.statement(update).run(text, kept, ...numbers, row);
    if (!before.same_text) changes.push({ row, isNew: false, text });
    if (!before.same_text || !before.same_vector) this.#forget(row);
    return row;
  }

  /** What was known of the document while it was another. */
  #forget(row: number): void {
    this.#database.statement('DELETE FROM teacher_vector WHERE document = ?').run(row);
    const last = `(SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'event')`;
    this.#database.statement(`UPDATE document SET events_after = ${last} WHERE row = ?`).run(row);
  }

  #get(sql: string, ...values: SqlValue[]): SqlRow | null {
    return this.#database.statement(sql).get(this.#collection, ...values);
  }

  #toDocument(found: SqlRow): StoredDocument {
    const { row, id, text, metadata } = toFace(found);
    const vector = toFloats(found.vector as Uint8Array);
    const tokens = found.tokens === null ? null : bytesToTokens(found.tokens as Uint8Array);
    const wrong = vector?.length !== this.#identity.dims ? 'vector' : null;
    const broken = wrong ?? (found.tokens !== null && tokens === null ? 'tokens' : null);
    if (broken)
      throw damaged(this.#database.path, `the ${broken} of document ${JSON.stringify(id)} have another length`);
    return { row, id, text, metadata, vector: vector!, tokens };
  }
}

function toFace({ row, id, text, metadata }: SqlRow): DocumentFace {
  return {
    row: row as number,
    id: utf8.decode(id as Uint8Array),
    text: text === null ? null : utf8.decode(text as Uint8Array),
    metadata: metadata === null ? null : JSON.parse(metadata as string),
  };
}
