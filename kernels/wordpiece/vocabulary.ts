import { lowerCase, properties } from './_character';
import {
  ADDED, ADDED_COUNT, ADDED_IDS, ALONE, ASCII, BUCKET_BITS, BUCKET_MASK, CLEAN, DROPPED, FIRST, FIRST_BUCKET, FLAGS, HASHES, HEADER,
  IN_VOCABULARY, LONGEST_TOKEN, LONGEST_WORD, LOWER_CASE, MASK, MAX_CHARACTERS, MAYBE_ADDED, mix, MOST_BUCKET_BITS, OFFSETS, PLAIN,
  PREFIX, PREFIX_BYTES, PREFIX_CHARACTERS, PREFIX_HASH, SEED, SLOTS, TEXTS, UNKNOWN, WHITE, WORD,
} from './_model';
import { DROP, LOWERS, PUNCTUATION, SPACE } from './_unicode-tables';
import { decode, width } from './_utf8';

/** At most half of the slots are taken. */
function slotCount(count: i32): u32 {
  let slots: u32 = 16;
  while (slots < 1 << 30 && slots < <u32>count * 2) slots <<= 1;
  return slots;
}

/** Bytes of the block for a vocabulary; 0 where `max_characters` is not 1 … 4096 or there are no tokens, or 2²⁶ of them. */
export function wordpiece_bytes(kinds: usize, count: i32, max_characters: i32): usize {
  if (count <= 0 || count >= 1 << 26 || max_characters <= 0 || max_characters > LONGEST_WORD) return 0;
  let added = 0;
  for (let i = 0; i < count; i++) if (load<u8>(kinds + i) & ADDED) added++;
  return HEADER + <usize>slotCount(count) * 8 + <usize>added * 4 + <usize>max_characters * 8;
}

/**
 * Writes the block that `wordpiece_encode` needs: a hash of the tokens, and what the flags say of each ASCII character.
 *
 * Shape   texts (bytes) UTF-8, without gaps · offsets (count + 1) u32, token i is offsets[i] … offsets[i + 1] · kinds (count) u8: 1 is
 *         found in words, 2 is looked for in the text before anything else, 3 both, 0 there is no such id · model (`wordpiece_bytes`)
 *         flags 1 … 8 as in `_model`, and 256 × bits: words and pairs of words get ids count … count + 2^bits − 1, 0 for none
 * Edge    1 when done; 0 when `unknown` is not found in words, bits are over 20, or `wordpiece_bytes` is 0. The first of two equal tokens counts
 * Memory  texts, offsets and prefix stay where they are for as long as the block is used; 8-byte alignment is fastest
 */
export function wordpiece_open(
  texts: usize, bytes: u32, offsets: usize, kinds: usize, count: i32, prefix: usize, prefix_bytes: u32,
  unknown: u32, max_characters: i32, flags: u32, model: usize,
): i32 {
  if (wordpiece_bytes(kinds, count, max_characters) == 0) return 0;
  if (unknown >= <u32>count || !(load<u8>(kinds + unknown) & IN_VOCABULARY)) return 0;
  const bits = flags >> BUCKET_BITS;
  if (bits > MOST_BUCKET_BITS) return 0;
  const slots = slotCount(count);
  memory.fill(model, 0, HEADER + <usize>slots * 8);
  store<u32>(model, flags, FLAGS);
  store<u32>(model, unknown, UNKNOWN);
  store<u32>(model, max_characters, MAX_CHARACTERS);
  store<u32>(model, texts, TEXTS);
  store<u32>(model, offsets, OFFSETS);
  store<u32>(model, prefix, PREFIX);
  store<u32>(model, prefix_bytes, PREFIX_BYTES);
  store<u32>(model, slots - 1, MASK);
  store<u32>(model, ((<u32>1) << bits) - 1, BUCKET_MASK);
  store<u32>(model, count, FIRST_BUCKET);
  store<u32>(model, model + HEADER, SLOTS);
  const added = model + HEADER + <usize>slots * 8;

  let hash = SEED;
  let characters = 0;
  for (let at = prefix, end = prefix + prefix_bytes; at < end; at += width, characters++) hash = mix(hash, decode(at, end));
  store<u32>(model, hash, PREFIX_HASH);
  store<u32>(model, characters, PREFIX_CHARACTERS);

  let addedCount: u32 = 0;
  let longest = 0;
  for (let id = 0; id < count; id++) {
    const kind: u32 = load<u8>(kinds + id);
    // Offsets are data: they are cut at the end of the texts, and kept so.
    const slot = offsets + (<usize>id << 2);
    const last = min(load<u32>(slot, 4), bytes);
    const first = min(load<u32>(slot), last);
    store<u32>(slot, first);
    store<u32>(slot, last, 4);
    if (first == last) continue;
    if (kind & ADDED) {
      store<u32>(added + (<usize>addedCount << 2), id);
      addedCount++;
      store<u8>(model + load<u8>(texts + first), 1, FIRST);
    }
    if (kind & IN_VOCABULARY) longest = max(longest, insert(model, id, texts + first, texts + last));
  }
  store<u32>(model, longest, LONGEST_TOKEN);
  store<u32>(model, addedCount, ADDED_COUNT);
  store<u32>(model, added, ADDED_IDS);
  store<u32>(model, added + (<usize>addedCount << 2), WORD);
  store<u32>(model, added + (<usize>addedCount << 2) + (<usize>max_characters << 2), HASHES);
  for (let c: u32 = 0; c < 128; c++) store<u16>(model + (c << 1), ascii(c, flags, load<u8>(model + c, FIRST)), ASCII);
  return 1;
}

/** Puts a token into the hash, and returns its length in characters. */
function insert(model: usize, id: i32, at: usize, end: usize): i32 {
  const slots = <usize>load<u32>(model, SLOTS);
  const mask = load<u32>(model, MASK);
  let hash = SEED;
  let characters = 0;
  for (let here = at; here < end; here += width, characters++) hash = mix(hash, decode(here, end));
  let i = hash & mask;
  let slot = slots + (<usize>i << 3);
  while (load<u32>(slot) != 0) {
    if (load<u32>(slot, 4) == hash && sameText(model, load<u32>(slot) - 1, at, end)) return characters;
    i = (i + 1) & mask;
    slot = slots + (<usize>i << 3);
  }
  store<u32>(slot, id + 1);
  store<u32>(slot, hash, 4);
  return characters;
}

function sameText(model: usize, id: u32, at: usize, end: usize): bool {
  const offsets = <usize>load<u32>(model, OFFSETS) + (<usize>id << 2);
  const from = load<u32>(offsets);
  const length: usize = load<u32>(offsets, 4) - from;
  return length == end - at && memory.compare(<usize>load<u32>(model, TEXTS) + from, at, length) == 0;
}

/** What the flags make of an ASCII character, ahead of time. */
function ascii(c: u32, flags: u32, first: u32): u32 {
  const p = properties(c);
  let kind = PLAIN;
  if (first) kind = MAYBE_ADDED;
  else if (flags & CLEAN && p & DROP) kind = DROPPED;
  else if (p & SPACE) kind = WHITE;
  else if (p & PUNCTUATION) kind = ALONE;
  return (kind << 8) | (flags & LOWER_CASE && p & LOWERS ? lowerCase(c) : c);
}
