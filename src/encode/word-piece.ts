import { fingerprint } from '../fingerprint.ts';
import type { ModuleSource } from '../kernels/instantiate.ts';
import { wordPieceAbiVersion } from '../kernels/word-piece-abi.ts';
import { WordPieceModule } from '../kernels/word-piece-module.ts';
import type { Tokenizer } from './tokenizer.ts';
import { packVocabulary } from './word-piece-vocabulary.ts';

/**
 * BERT's tokenizer in WebAssembly, from the text of a `tokenizer.json`; null where that is another one (another model,
 * normaliser or added tokens that are looked for in normalised text): `libraryTokenizer` is for those.
 *
 * The ids are those of Hugging Face tokenizers 0.23, also where that is older than today's Unicode. With `wordBucketBits`,
 * every word and every pair of neighbouring words is a further token, hashed into 2^bits buckets.
 *
 * @throws {ChelatedError} wasm_unavailable
 */
export async function wordPieceTokenizer(
  json: string,
  source?: ModuleSource,
  wordBucketBits = 0,
): Promise<Tokenizer | null> {
  const packed = packVocabulary(json, wordBucketBits);
  if (!packed) return null;
  const { normalizer, pre_tokenizer, added_tokens, model } = packed.rules;
  const module = await WordPieceModule.open(packed.vocabulary, source);
  const decides = JSON.stringify([normalizer, pre_tokenizer, added_tokens, model]);
  const own = { encode: (text: string, maxTokens: number) => module.encode(text, maxTokens) };
  const parts = ['tokenizer', `wordpiece ${wordPieceAbiVersion}`, decides];
  if (wordBucketBits === 0) return { ...own, hash: await fingerprint(...parts), vocabularySize: packed.size };
  const buckets = 2 ** wordBucketBits;
  return {
    ...own,
    hash: await fingerprint(...parts, `${buckets} word buckets`),
    vocabularySize: packed.vocabulary.kinds.length + buckets,
  };
}
