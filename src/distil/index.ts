// chelated/distil: a teacher's vectors of your own documents in, a judged adapter out.
export { distil } from './distil.ts';
export type { DistilOptions, DistilProgress, DistilResult } from './distil-options.ts';
export { refusedResult } from './refused-result.ts';
