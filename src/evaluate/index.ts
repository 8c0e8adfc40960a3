// chelated/evaluate: retrieval scores as trec_eval defines them. BM25 is apart, in chelated/evaluate/bm25: its library is large.
import type { readDataset as ReadDataset } from './read-dataset.ts';

export { type Bootstrap, type BootstrapOptions, bootstrap } from './bootstrap.ts';
export { type Dataset, parseDataset } from './dataset.ts';
export { type EvaluateOptions, type Evaluation, evaluate } from './evaluate.ts';
export { type FuseOptions, type Fusion, fuse, fuseRuns, fusions } from './fuse.ts';
export { parseRun, runLines } from './run-file.ts';

/** {@link ReadDataset} Loaded when first called, so that this module loads where there is no file system. */
export const readDataset: typeof ReadDataset = async (...given) =>
  (await import('./read-dataset.ts')).readDataset(...given);
