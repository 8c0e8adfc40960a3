import { z } from 'zod';
import { tokenKinds, wordBucketShift, wordPieceFlags, wordPieceLimits } from '../kernels/word-piece-abi.ts';
import type { WordPieceVocabulary } from '../kernels/word-piece-module.ts';

const id = z.int().nonnegative().max(wordPieceLimits.ids);

/**
 * The tokenizers that the module knows. Tokens that are looked for in normalised text, or as whole words only, are not its
 * business; white space that a token takes along (`lstrip`, `rstrip`) is no part of any other token here, so it may.
 */
const shape = z.looseObject({
  normalizer: z.looseObject({
    type: z.literal('BertNormalizer'),
    clean_text: z.boolean(),
    handle_chinese_chars: z.boolean(),
    strip_accents: z.boolean().nullish(),
    lowercase: z.boolean(),
  }),
  pre_tokenizer: z.looseObject({ type: z.literal('BertPreTokenizer') }),
  added_tokens: z.array(
    z.looseObject({
      id,
      content: z.string().min(1),
      single_word: z.literal(false),
      normalized: z.literal(false),
    }),
  ),
  model: z.looseObject({
    type: z.literal('WordPiece'),
    unk_token: z.string(),
    continuing_subword_prefix: z.string(),
    max_input_chars_per_word: z.int().positive().max(wordPieceLimits.characters),
    vocab: z.custom<Readonly<Record<string, number>>>(isVocabulary), // 30,000 entries: not one by one
  }),
});

function isVocabulary(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).every((id) => Number.isInteger(id) && id >= 0 && id <= wordPieceLimits.ids);
}

/** A tokenizer's rules, and its tokens as the module takes them: by id, ids that nobody has being empty. */
export interface PackedVocabulary {
  readonly rules: z.output<typeof shape>;
  readonly size: number; // different tokens
  readonly vocabulary: WordPieceVocabulary;
}

/** Null where the JSON is not of a tokenizer that the module knows. Words and pairs of words get 2^bucketBits buckets. */
export function packVocabulary(json: string, bucketBits = 0): PackedVocabulary | null {
  const rules = parse(json);
  if (!rules) return null;
  const { vocab, unk_token } = rules.model;
  const own = Object.keys(vocab);
  const added = rules.added_tokens.filter(({ content }) => !Object.hasOwn(vocab, content));
  const size = own.length + new Set(added.map(({ content }) => content)).size;
  const count = 1 + [...Object.values(vocab), ...added.map(({ id }) => id)].reduce((a, b) => Math.max(a, b), -1);
  // Ids far apart, or (below) two tokens of one id: a library's business.
  if (!Object.hasOwn(vocab, unk_token) || count > 4 * size) return null;
  const list = new Array<string>(count).fill('');
  const kinds = new Uint8Array(count);
  const take = (id: number, text: string, kind: number) => {
    if (kinds[id] !== 0 && list[id] !== text) return false;
    list[id] = text;
    kinds[id]! |= kind;
    return true;
  };
  if (!own.every((text) => take(vocab[text]!, text, tokenKinds.inVocabulary))) return null;
  for (const { id, content } of rules.added_tokens) {
    if ((Object.hasOwn(vocab, content) ? vocab[content] : id) !== id || /\p{Surrogate}/u.test(content)) return null;
    if (!take(id, content, tokenKinds.added)) return null;
  }
  const offsets = new Uint32Array(count + 1);
  const room = new Uint8Array(3 * list.reduce((sum, text) => sum + text.length, 0));
  const encoder = new TextEncoder();
  list.forEach((text, id) => {
    offsets[id + 1] = offsets[id]! + encoder.encodeInto(text, room.subarray(offsets[id])).written;
  });
  const texts = room.subarray(0, offsets[count]);
  const { continuing_subword_prefix: prefix, max_input_chars_per_word: maxCharacters } = rules.model;
  const unknown = vocab[unk_token]!;
  const flags = flagsOf(rules) | (bucketBits << wordBucketShift);
  return { rules, size, vocabulary: { texts, offsets, kinds, prefix, unknown, maxCharacters, flags } };
}

function flagsOf({ normalizer }: z.output<typeof shape>): number {
  const { clean, chineseApart, stripAccents, lowerCase } = wordPieceFlags;
  return (
    (normalizer.clean_text ? clean : 0) |
    (normalizer.handle_chinese_chars ? chineseApart : 0) |
    ((normalizer.strip_accents ?? normalizer.lowercase) ? stripAccents : 0) |
    (normalizer.lowercase ? lowerCase : 0)
  );
}

function parse(json: string): z.output<typeof shape> | undefined {
  try {
    return shape.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined; // not JSON: the library's tokenizer says so
  }
}
