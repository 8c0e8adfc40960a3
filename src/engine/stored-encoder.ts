import type { Encoder } from '../encode/encoder.ts';
import type { DistilJob } from './distiller.ts';

/**
 * A student that knows the vectors of a job's documents already: texts that come with ids are looked up, others (parts of
 * documents, queries) are encoded. Where a document has no text there is nothing to take parts from, so it counts as precomputed.
 */
export function storedEncoder(
  encoder: Encoder,
  job: Omit<DistilJob, 'fit' | 'teacher' | 'events'>,
  needsTokens: boolean,
): Encoder {
  const { vectors, tokens, untokenized } = job;
  const failed = needsTokens ? untokenized : [];
  const hasTexts = job.texts.every((text) => text !== null);
  return {
    id: encoder.id,
    dims: encoder.dims,
    baseFingerprint: encoder.baseFingerprint,
    tokenizer: encoder.tokenizer,
    maxTokens: encoder.maxTokens,
    ...(encoder.table && { table: encoder.table }),
    ...(encoder.teacherSpace && { teacherSpace: encoder.teacherSpace }),
    ...((!hasTexts || encoder.precomputed) && { precomputed: true as const }),
    encode: async (texts, options) => {
      if (options.ids === undefined) return encoder.encode(texts, options);
      options.onProgress?.(texts.length, texts.length);
      return { vectors, failed, tokens };
    },
    tokenize: (texts) => encoder.tokenize(texts),
    dispose: () => {},
  };
}
