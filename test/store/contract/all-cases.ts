import { collectionCases } from './collection-cases.ts';
import { documentCases } from './document-cases.ts';
import { eventCases } from './event-cases.ts';
import { modelCase } from './model-case.ts';
import { refusalCases } from './refusal-cases.ts';
import { stateCases } from './state-cases.ts';
import type { StoreCase } from './subject.ts';
import { teacherCases } from './teacher-cases.ts';
import { wordCases } from './word-cases.ts';

/** Every law of a store; each implementation is held to all of them, on each runtime that it is for. */
export const storeCases: readonly StoreCase[] = [
  ...documentCases,
  ...refusalCases,
  ...teacherCases,
  ...eventCases,
  ...wordCases,
  ...stateCases,
  ...collectionCases,
  modelCase({ runs: 50 }),
];
