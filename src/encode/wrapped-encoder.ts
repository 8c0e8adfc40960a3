import type { Encoder } from './encoder.ts';

/**
 * The encoder with some of its members replaced; everything else, what is optional too, is its own. An encoder may be of a
 * class, so a spread of it would lose its methods.
 */
export function wrappedEncoder(encoder: Encoder, own: Partial<Encoder>): Encoder {
  const { id, dims, baseFingerprint, tokenizer, maxTokens, table, gate, teacherSpace, precomputed } = encoder;
  return {
    id,
    dims,
    baseFingerprint,
    tokenizer,
    maxTokens,
    ...(table && { table }),
    ...(gate && { gate }),
    ...(teacherSpace && { teacherSpace }),
    ...(precomputed && { precomputed }),
    get device() {
      return encoder.device;
    },
    ...(encoder.encodeTokens && { encodeTokens: (tokens) => encoder.encodeTokens!(tokens) }),
    encode: (texts, options) => encoder.encode(texts, options),
    tokenize: (texts) => encoder.tokenize(texts),
    dispose: () => encoder.dispose(),
    ...own,
  };
}
