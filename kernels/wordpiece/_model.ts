// The block that holds a vocabulary: a header of u32, then what its last fields point to.

export const CLEAN: u32 = 1;
export const CHINESE_APART: u32 = 2;
export const STRIP_ACCENTS: u32 = 4;
export const LOWER_CASE: u32 = 8;
/** From this bit of the flags on: how many bits number the buckets of words and pairs of words; 0 for none. */
export const BUCKET_BITS: u32 = 8;
export const MOST_BUCKET_BITS: u32 = 20;

/** Kinds of a token: it may be found in words; it is looked for in the text before anything else. */
export const IN_VOCABULARY: u32 = 1;
export const ADDED: u32 = 2;

/** Longest `max_characters`. */
export const LONGEST_WORD: i32 = 4096;

// Offsets of the header's fields.
export const FLAGS: usize = 0;
export const UNKNOWN: usize = 4;
export const MAX_CHARACTERS: usize = 8;
export const LONGEST_TOKEN: usize = 12; // characters, the prefix included
export const PREFIX_CHARACTERS: usize = 16;
export const PREFIX_HASH: usize = 20;
export const TEXTS: usize = 24;
export const OFFSETS: usize = 28;
export const PREFIX: usize = 32;
export const PREFIX_BYTES: usize = 36;
export const MASK: usize = 40; // slots − 1
export const ADDED_COUNT: usize = 44;
export const SLOTS: usize = 48; // (slots) u32 id + 1 (0 is empty), u32 hash
export const ADDED_IDS: usize = 52; // (added) u32
export const WORD: usize = 56; // (max_characters) u32, the word being read
export const HASHES: usize = 60; // (max_characters) u32, of its pieces
export const ASCII: usize = 64; // 128 u16: what a character below 128 is, see below
export const FIRST: usize = ASCII + 256; // 256 u8: 1 where an added token begins with the byte
export const BUCKET_MASK: usize = FIRST + 256; // buckets − 1, 0 without any
export const FIRST_BUCKET: usize = BUCKET_MASK + 4; // its id: the number of tokens
export const HEADER: usize = BUCKET_MASK + 8;

// High byte of an entry of ASCII; the low one is the character as it goes into the word.
export const PLAIN: u32 = 0;
export const DROPPED: u32 = 1;
export const WHITE: u32 = 2;
export const ALONE: u32 = 3;
export const MAYBE_ADDED: u32 = 4;

export const SEED: u32 = 0x811c9dc5;

// @ts-ignore: decorator
@inline
export function mix(hash: u32, c: u32): u32 {
  const h = (hash ^ c) * 0x9e3779b1;
  return h ^ (h >> 15);
}
