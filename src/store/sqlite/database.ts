import { ChelatedError } from '../../errors.ts';
import type { SqlDriver, SqlStatement } from './sql-driver.ts';
import { storageFailure } from './storage-failure.ts';

/** A connection with its prepared statements, transactions, and failures in words that say what to do. */
export class Database {
  readonly path: string;
  readonly readOnly: boolean;
  readonly #driver: SqlDriver;
  readonly #statements = new Map<string, SqlStatement>();

  constructor(driver: SqlDriver, path: string, { readOnly }: { readonly readOnly: boolean }) {
    this.#driver = driver;
    this.path = path;
    this.readOnly = readOnly;
  }

  exec(sql: string): void {
    this.#driver.exec(sql);
  }

  /** Prepared once. */
  statement(sql: string): SqlStatement {
    const prepared = this.#statements.get(sql) ?? this.#driver.prepare(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }

  /** What `work` reads, all of it at one moment: it is synchronous, and nobody else writes here. */
  read<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw storageFailure(this.path, error);
    }
  }

  /** What `work` writes, all of it and on disk, or nothing. */
  write<T>(work: () => T): T {
    if (this.readOnly) {
      const why = 'it was opened to read, or the file, its folder or the disk is read-only';
      throw new ChelatedError('storage_failed', `database ${this.path} cannot be written: ${why}; reading goes on`);
    }
    return this.read(() => {
      this.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        this.exec('COMMIT');
        return result;
      } catch (error) {
        this.#rollBack();
        throw error;
      }
    });
  }

  close(): void {
    this.read(() => this.#driver.close());
  }

  #rollBack(): void {
    try {
      this.exec('ROLLBACK');
    } catch {
      // SQLite has done it already: it does when the disk is full.
    }
  }
}
