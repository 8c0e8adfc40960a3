import { Tokenizer as Library } from '@huggingface/tokenizers';
import { ChelatedError } from '../errors.ts';
import { fingerprint } from '../fingerprint.ts';
import type { Tokenizer } from './tokenizer.ts';
import { WordCache } from './word-cache.ts';

/** What is read of a `tokenizer.json`; truncation, padding and special tokens around a text are left to the encoder. */
interface TokenizerJson {
  readonly normalizer: {
    readonly type?: string;
    readonly lowercase?: boolean;
    readonly handle_chinese_chars?: boolean;
  } | null;
  readonly pre_tokenizer: { readonly type?: string } | null;
  readonly added_tokens: readonly { readonly content: string }[];
  readonly model: { readonly vocab: object };
}

/** More marks on one letter than any writing has (UAX #15, Stream-Safe Text Format), with the ones that are read. */
const longMarks = /(\p{M}{30})\p{M}+/gu;

/**
 * A tokenizer from the text of a `tokenizer.json`, run by @huggingface/tokenizers.
 *
 * BERT's tokenizers work word by word, so their words are kept in a cache: the same ids, an order of magnitude sooner.
 *
 * @throws {ChelatedError} invalid_input when it is not the JSON of a tokenizer that the library knows
 */
export async function libraryTokenizer(json: string): Promise<Tokenizer> {
  const { parsed, library } = open(json);
  const { normalizer, pre_tokenizer, added_tokens, model } = parsed;
  const hash = await fingerprint('tokenizer', JSON.stringify([normalizer, pre_tokenizer, added_tokens, model]));
  const run = (text: string): readonly number[] => {
    // A lone surrogate is not a character: the library would see half of one.
    let whole = text.replace(/\p{Surrogate}/gu, '\uFFFD');
    // Putting a run of marks in Unicode's order takes the square of its length: a minute for a text of nothing else.
    whole = whole.replace(longMarks, '$1');
    // The tokenizer's rule is character by character; JavaScript would make a sigma at the end of a word a final one.
    if (normalizer?.lowercase) whole = whole.replaceAll('Σ', 'σ');
    // The library puts spaces around ideographs of the basic plane alone.
    if (normalizer?.handle_chinese_chars) whole = whole.replace(/[\u{20000}-\u{2CEAF}\u{2F800}-\u{2FA1F}]/gu, ' $& ');
    return library.encode(whole, { add_special_tokens: false }).ids;
  };

  const contents = added_tokens.map((token) => token.content);
  const wordByWord =
    normalizer?.type === 'BertNormalizer' &&
    pre_tokenizer?.type === 'BertPreTokenizer' &&
    !contents.some((content) => /\s/.test(content));
  const cache = wordByWord ? new WordCache(run, contents) : undefined;
  return {
    hash,
    vocabularySize: rowsFor(library.get_vocab()),
    encode: (text, maxTokens) =>
      cache ? cache.encode(text, maxTokens) : Uint32Array.from(run(text).slice(0, maxTokens)),
  };
}

function open(json: string): { parsed: TokenizerJson; library: Library } {
  try {
    const parsed: TokenizerJson = JSON.parse(json);
    // What the library puts around and behind the ids is not used; it only asks for the fields to be there.
    const library = new Library({ ...parsed, post_processor: null, decoder: null }, {});
    return { parsed, library };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ChelatedError('invalid_input', `not a tokenizer.json that can be read: ${reason}`, { cause });
  }
}

/** Rows that a table of the ids has: they may have gaps, and a piece may stand twice. */
function rowsFor(vocabulary: ReadonlyMap<string, number>): number {
  let last = -1;
  for (const id of vocabulary.values()) last = Math.max(last, id);
  return last + 1;
}
