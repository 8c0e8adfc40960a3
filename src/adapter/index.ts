// chelated/adapter: adapter files and running them.
export type { Adapter, AdapterInput } from './adapter.ts';
export type { AdapterCard, AdapterKind, DistilMode, GateFigures, OutputSpace, SignalFigures } from './card.ts';
export { type LoadAdapterOptions, loadAdapter } from './load-adapter.ts';
export type { AdapterParts } from './parts.ts';
export { type ReadAdapter, readAdapter } from './read-adapter.ts';
export { teacherDocuments } from './teacher-documents.ts';
export { writeAdapter } from './write-adapter.ts';
