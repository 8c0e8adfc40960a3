// chelated/engine: collections that learn from their own queries.
export type {
  CollectionInfo,
  CorrectAnswer,
  Fallback,
  FusedBy,
  GenerationInfo,
  Hit,
  Provenance,
  SearchAnswer,
} from './answers.ts';
export type { Collection, DocumentResult } from './collection.ts';
export type { CycleOutcome, CycleReport, CycleStep } from './cycle-report.ts';
export type { DistilJob, Distiller, DistilOutcome, FitOptions } from './distiller.ts';
export { Engine, type EngineOptions } from './engine.ts';
export type { EngineEvent, EngineListener } from './events.ts';
export { type Condition, type Filter, matches } from './filter.ts';
export type { FusionOptions } from './fusion.ts';
export { type InProcessOptions, inProcessDistiller } from './in-process-distiller.ts';
export type { Job, JobState, JobStatus } from './job.ts';
export type { JudgedQuery } from './judged-query.ts';
export type { MonitorFigures } from './monitor.ts';
export type { DocumentInput } from './prepare-documents.ts';
export type { CorrectInput, SearchInput, SearchOptions } from './searcher.ts';
export { type WorkerOptions, workerDistiller } from './worker-distiller.ts';
