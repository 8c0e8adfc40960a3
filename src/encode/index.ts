// chelated/encode: students and teachers, and the vector files they come from. Reading a folder or file needs Bun, Deno or Node.
import type { CacheOptions } from './cache/kept-vectors.ts';
import type { Encoder } from './encoder.ts';
import type { findModel as FindModel } from './onnx/find-model.ts';
import type { openEncoder as OpenEncoder } from './open-encoder.ts';

export type { CacheOptions } from './cache/kept-vectors.ts';
export type { Encoded, EncodeOptions, Encoder, TextRole } from './encoder.ts';
export { readNpy, writeNpy } from './npy.ts';
export type { ModelFile, ModelFiles } from './onnx/model-files.ts';
export { onnxEncoder } from './onnx/onnx-encoder.ts';
export type { OnnxEncoderOptions } from './onnx/open-transformer.ts';
export { type OpenAiOptions, openAiEncoder } from './openai/openai-encoder.ts';
export { type SharedEncoder, sharedEncoder } from './shared-encoder.ts';
export { staticStudent } from './static-student.ts';
export type { Tokenizer } from './tokenizer.ts';
export { withWordBuckets } from './with-word-buckets.ts';
export { withoutGate } from './without-gate.ts';

/** {@link OpenEncoder} Loaded when first called, so that this module loads where there is no file system. */
export const openEncoder: typeof OpenEncoder = async (...given) =>
  (await import('./open-encoder.ts')).openEncoder(...given);

/** {@link FindModel} Loaded when first called. */
export const findModel: typeof FindModel = async (id) => (await import('./onnx/find-model.ts')).findModel(id);

/** The encoder with its vectors kept on disk: what was embedded before is not embedded again. Loaded when first called. */
export const cachedEncoder = async (encoder: Encoder, options: CacheOptions): Promise<Encoder> =>
  (await import('./cache/cached-encoder.ts')).cachedEncoder(encoder, options);
