// chelated/store: where collections live. In memory everywhere; a database where the runtime brings SQLite.
export { MemoryStore } from './memory-store.ts';
export { readSnapshot, type SnapshotOptions, writeSnapshot } from './snapshot.ts';
export { openSqliteStore, type SqliteOptions } from './sqlite/open-sqlite-store.ts';
export * from './store.ts';
