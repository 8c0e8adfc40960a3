export { MemoryStore } from './memory-store.ts';
export { openSqliteStore, type SqliteOptions } from './sqlite/open-sqlite-store.ts';
export * from './store.ts';
