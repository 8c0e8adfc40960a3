/** Text to token ids of one vocabulary, without special tokens. */
export interface Tokenizer {
  /** Hash of what decides the ids (vocabulary and rules): part of the base fingerprint. */
  readonly hash: string;
  readonly vocabularySize: number;
  /** Ids in reading order, at most `maxTokens` of them and the buckets of their words. Any string is allowed; lone surrogates count as U+FFFD. */
  encode(text: string, maxTokens: number): Uint32Array;
}
