import type { Encoder } from '../encode/encoder.ts';
import { wrappedEncoder } from '../encode/wrapped-encoder.ts';
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
  return wrappedEncoder(encoder, {
    ...(!hasTexts && { precomputed: true as const }),
    encode: async (texts, options) => {
      if (options.ids === undefined) return encoder.encode(texts, options);
      options.onProgress?.(texts.length, texts.length);
      return { vectors, failed, tokens };
    },
    dispose: () => {},
  });
}
