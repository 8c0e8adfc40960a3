// chelated/encode: students and teachers, and the vector files they come from. Reading a folder or file needs Bun, Deno or Node.
import type { openEncoder as OpenEncoder } from './open-encoder.ts';

export type { Encoded, EncodeOptions, Encoder, TextRole } from './encoder.ts';
export { readNpy, writeNpy } from './npy.ts';
export { staticStudent } from './static-student.ts';
export type { Tokenizer } from './tokenizer.ts';

/** {@link OpenEncoder} Loaded when first called, so that this module loads where there is no file system. */
export const openEncoder: typeof OpenEncoder = async (...given) =>
  (await import('./open-encoder.ts')).openEncoder(...given);
