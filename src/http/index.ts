// chelated/http: the endpoint as a Hono app, and the engine behind it.
export type { CorrectAnswer, EngineInfo, Fallback, Hit, Provenance, SearchAnswer } from '../engine/answers.ts';
export {
  type CorrectInput,
  Engine,
  type EngineDocument,
  type EngineOptions,
  type SearchInput,
} from '../engine/engine.ts';
export { type AppDeps, createApp } from './create-app.ts';
