// The public API. Nothing here touches a file system before it is called, so that it loads in browsers and on edges.
import type { openEncoder as OpenEncoder } from './encode/open-encoder.ts';
import type { readDataset as ReadDataset } from './evaluate/read-dataset.ts';

export type { Adapter, AdapterInput } from './adapter/adapter.ts';
export type { AdapterCard, AdapterKind, DistilMode, GateFigures, OutputSpace, SignalFigures } from './adapter/card.ts';
export { type LoadAdapterOptions, loadAdapter } from './adapter/load-adapter.ts';
export type { AdapterParts } from './adapter/parts.ts';
export { type ReadAdapter, readAdapter } from './adapter/read-adapter.ts';
export { writeAdapter } from './adapter/write-adapter.ts';
export { config } from './config.ts';
export { distil } from './distil/distil.ts';
export type { DistilOptions, DistilProgress, DistilResult } from './distil/distil-options.ts';
export { refusedResult } from './distil/refused-result.ts';
export type { Encoded, EncodeOptions, Encoder } from './encode/encoder.ts';
export { readNpy, writeNpy } from './encode/npy.ts';
export type { CorrectAnswer, EngineInfo, Fallback, Hit, Provenance, SearchAnswer } from './engine/answers.ts';
export {
  type CorrectInput,
  Engine,
  type EngineDocument,
  type EngineOptions,
  type SearchInput,
} from './engine/engine.ts';
export { ChelatedError, type ErrorCode, errorCodes } from './errors.ts';
export { type Dataset, parseDataset } from './evaluate/dataset.ts';
export { type EvaluateOptions, type Evaluation, evaluate } from './evaluate/evaluate.ts';
export { type AppDeps, createApp } from './http/create-app.ts';
export type { Kernels } from './kernels/kernels.ts';
export { type KernelSource, loadKernels } from './kernels/load.ts';
export { type Matrix, matrix, row } from './matrix.ts';
export { type TokenBags, tokenBags } from './token-bags.ts';

/** {@link OpenEncoder} Reads files: Bun, Deno and Node. */
export const openEncoder: typeof OpenEncoder = async (...given) =>
  (await import('./encode/open-encoder.ts')).openEncoder(...given);

/** {@link ReadDataset} Reads files: Bun, Deno and Node. */
export const readDataset: typeof ReadDataset = async (...given) =>
  (await import('./evaluate/read-dataset.ts')).readDataset(...given);
