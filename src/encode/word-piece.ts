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
 * The ids are those of Hugging Face tokenizers 0.23, also where that is older than today's Unicode.
 *
 * @throws {ChelatedError} wasm_unavailable
 */
export async function wordPieceTokenizer(json: string, source?: ModuleSource): Promise<Tokenizer | null> {
  const packed = packVocabulary(json);
  if (!packed) return null;
  const { normalizer, pre_tokenizer, added_tokens, model } = packed.rules;
  const module = await WordPieceModule.open(packed.vocabulary, source);
  const decides = JSON.stringify([normalizer, pre_tokenizer, added_tokens, model]);
  return {
    hash: await fingerprint('tokenizer', `wordpiece ${wordPieceAbiVersion}`, decides),
    vocabularySize: packed.size,
    encode: (text, maxTokens) => module.encode(text, maxTokens),
  };
}
