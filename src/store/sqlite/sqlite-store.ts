import type { ChelatedError } from '../../errors.ts';
import { checkIdentity } from '../check-identity.ts';
import { closed, dropped } from '../ended.ts';
import type { CollectionIdentity, CollectionState, CollectionStore, Store } from '../store.ts';
import type { Database } from './database.ts';
import { SqliteCollection } from './sqlite-collection.ts';
import type { Lock } from './take-lock.ts';

/** Collections in one SQLite database. `openSqliteStore` makes it. */
export class SqliteStore implements Store {
  readonly kind = 'sqlite';
  /** True where nothing can be written: the file was opened to read, or it, its folder or the disk is read-only. */
  readonly readOnly: boolean;
  readonly #database: Database;
  readonly #lock: Lock | null;
  readonly #open = new Map<string, SqliteCollection>();
  #ended: ChelatedError | null = null;

  constructor(database: Database, lock: Lock | null) {
    this.readOnly = database.readOnly;
    this.#database = database;
    this.#lock = lock;
  }

  async open(identity: CollectionIdentity, initial: CollectionState): Promise<CollectionStore> {
    const insert = 'INSERT INTO collection (name, identity, state) VALUES (?, ?, ?)';
    const kept = await this.find(identity.name);
    if (kept) {
      checkIdentity(kept.identity, identity);
      return kept;
    }
    this.#database.write(() => {
      const { name, student, baseFingerprint, dims } = identity;
      const asMade = JSON.stringify({ name, student, baseFingerprint, dims });
      this.#database.statement(insert).run(name, asMade, JSON.stringify(initial));
    });
    return (await this.find(identity.name))!;
  }

  async find(name: string): Promise<CollectionStore | null> {
    return this.#find(name);
  }

  async names(): Promise<string[]> {
    this.#assertOpen();
    const found = this.#database.read(() => this.#database.statement('SELECT identity FROM collection').all());
    return found.map(({ identity }) => JSON.parse(identity as string).name).sort();
  }

  async drop(name: string): Promise<boolean> {
    const collection = this.#find(name);
    if (!collection) return false;
    this.#database.write(() => {
      collection.dropTables();
      this.#database.statement('DELETE FROM collection WHERE name = ?').run(name);
    });
    collection.ended = dropped(name);
    this.#open.delete(name);
    return true;
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = closed();
    for (const collection of this.#open.values()) collection.ended = this.#ended;
    try {
      this.#database.close();
    } finally {
      this.#lock?.release();
    }
  }

  #find(name: string): SqliteCollection | null {
    this.#assertOpen();
    const open = this.#open.get(name);
    if (open) return open;
    return this.#database.read(() => {
      const found = this.#database.statement('SELECT number, identity FROM collection WHERE name = ?').get(name);
      if (found === null) return null;
      const identity = JSON.parse(found.identity as string);
      const collection = new SqliteCollection(this.#database, found.number as number, identity);
      this.#open.set(name, collection);
      return collection;
    });
  }

  #assertOpen(): void {
    if (this.#ended) throw this.#ended;
  }
}
