import { config } from '../config.ts';
import { type TokenBags, tokenBags } from '../token-bags.ts';
import { checkTexts } from './check-texts.ts';
import type { Tokenizer } from './tokenizer.ts';

/**
 * Token counts of the texts, cut at `config.encode.maxTokens` tokens each, as they occur: what a context gate weighs, and
 * adapters read where there is none.
 */
export function readTokens(texts: readonly string[], tokenizer: Tokenizer): TokenBags {
  checkTexts(texts);
  return tokenBags(texts.map((text) => tokenizer.encode(text, config.encode.maxTokens)));
}
