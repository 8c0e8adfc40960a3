/** What SQLite keeps in a cell, here. */
export type SqlValue = null | number | string | Uint8Array;
export type SqlRow = Readonly<Record<string, SqlValue>>;

export interface SqlStatement {
  run(...values: readonly SqlValue[]): void;
  get(...values: readonly SqlValue[]): SqlRow | null;
  all(...values: readonly SqlValue[]): SqlRow[];
}

/** One connection. What it throws is the runtime's own; `storageFailure` says it in ours. */
export interface SqlDriver {
  exec(sql: string): void;
  prepare(sql: string): SqlStatement;
  /** Also frees every statement. */
  close(): void;
}

/**
 * `write` makes the file where there is none. `read` follows what another process writes. `still` reads a file that nobody
 * writes, and needs no right to write beside it.
 */
export type SqlAccess = 'write' | 'read' | 'still';

export type OpenDriver = (path: string, access: SqlAccess) => SqlDriver;
