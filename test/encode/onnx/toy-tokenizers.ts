import { between, special, words } from './toy-model.ts';

/** XLM-R's and RoBERTa's kinds of tokenizer over the toy's words, small: for `files['tokenizer.json']` of a toy. */

const specials = ['<s>', '<pad>', '</s>', '<unk>'];
const added_tokens = specials.map((content, id) => special(id, content));
const around = { version: '1.0', truncation: null, padding: null, added_tokens };

/** Pieces of a Unigram vocabulary: the toy's words, and single letters for every other. */
const pieces = ['▁', ...words.map((word) => `▁${word}`), ...'abcdefghijklmnopqrstuvwxyz', 're', 'een'];

export const unigram = {
  ...around,
  normalizer: { type: 'NFKC' },
  pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
  post_processor: between(['<s>', 0], ['</s>', 2]),
  decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
  model: {
    type: 'Unigram',
    unk_id: 3,
    byte_fallback: false,
    // SentencePiece's order: the likelier first.
    vocab: [...specials.map((piece) => [piece, 0]), ...pieces.map((piece, i) => [piece, -2 - i / 8])],
  },
};

/** The letters that stand for bytes: printable ones for themselves, the others from U+0100 on. */
const byteLetters = (() => {
  const printable = (byte: number) => (byte > 32 && byte < 127) || (byte > 160 && byte < 256 && byte !== 173);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
})();

/** What is joined, in turn, until a word behind a space is one token. */
const merges = words
  .flatMap((word) => Array.from(word, (letter, i) => [`${byteLetters[32]}${word.slice(0, i)}`, letter] as const))
  .filter(([left, right], i, all) => all.findIndex(([l, r]) => l === left && r === right) === i);

export const byteLevelBpe = {
  ...around,
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
  post_processor: {
    type: 'RobertaProcessing',
    ...{ sep: ['</s>', 2], cls: ['<s>', 0], trim_offsets: true, add_prefix_space: true },
  },
  decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
  model: {
    type: 'BPE',
    ...{ dropout: null, unk_token: null, continuing_subword_prefix: '', end_of_word_suffix: '', fuse_unk: false },
    vocab: Object.fromEntries(
      [...specials, ...byteLetters, ...merges.map((pair) => pair.join(''))].map((piece, id) => [piece, id]),
    ),
    merges,
  },
};
