import { decomposition, lowerCase, properties } from './_character';
import {
  ADDED_COUNT, ADDED_IDS, ALONE, ASCII, CHINESE_APART, CLEAN, DROPPED, FIRST, FLAGS, LOWER_CASE, MAYBE_ADDED, OFFSETS, PLAIN,
  STRIP_ACCENTS, TEXTS, WHITE,
} from './_model';
import { CHINESE, DECOMPOSES, DROP, LOWERS, MARK, NONSTARTER, pool, PUNCTUATION, SPACE } from './_unicode-tables';
import { decode, width } from './_utf8';
import { append, appendOrdered, appendPlain, begin, cut, emit, flush, found, hold, written } from './_word';

/**
 * Token ids of n texts, each cut at `max_tokens`. BERT's rules: clean, ideographs apart, decompose and drop accents, lower case,
 * split at white space and punctuation, then the longest tokens from the left.
 *
 * Shape   model from `wordpiece_open` · texts (bytes) UTF-8 · offsets (n + 1) u32 into it, cut at `bytes` · ids (room) u32 ·
 *         rows (n + 1) u32, text i has the ids rows[i] … rows[i + 1]
 * Edge    returns the ids of all texts; −1 when `room` was too small. A text never has more tokens than bytes; with buckets, which
 *         `max_tokens` does not count, each has at most two ids more. What is not UTF-8 is U+FFFD
 * Memory  writes ids, rows, and the scratch inside the block: one call at a time on a block
 * Source  Devlin et al. 2019 (BERT); Wu et al. 2016, arXiv 1609.08144 (WordPiece)
 */
export function wordpiece_encode(
  model: usize, texts: usize, bytes: u32, offsets: usize, n: i32, max_tokens: i32, ids: usize, room: i32, rows: usize,
): i32 {
  let total: i32 = 0;
  const most = max(0, max_tokens);
  if (n > 0) store<u32>(rows, 0);
  for (let i = 0; i < n; i++) {
    const to = min(load<u32>(offsets + (<usize>i << 2), 4), bytes);
    const from = min(load<u32>(offsets + (<usize>i << 2)), to);
    const left = room - total;
    begin(model, ids + (<usize>total << 2), left, most);
    read(model, texts + from, texts + to, most);
    if (written > left) return -1;
    total += written;
    store<u32>(rows + (<usize>i << 2), total, 4);
  }
  return total;
}

/** Ids of the text at … end, no further than the word that reaches `most` of them. */
function read(model: usize, at: usize, end: usize, most: i32): void {
  const flags = load<u32>(model, FLAGS);
  while (at < end && found < most) {
    const b: u32 = load<u8>(at);
    if (b < 128) {
      const entry: u32 = load<u16>(model + (<usize>b << 1), ASCII);
      const kind = entry >> 8;
      if (kind == PLAIN) {
        at = appendPlain(at, end);
        continue;
      }
      if (kind == WHITE) flush();
      else if (kind == ALONE) alone(entry & 255);
      else if (kind == MAYBE_ADDED) {
        const length = addedToken(model, at, end);
        if (length == 0) place(b, flags);
        at += max(1, length);
        continue;
      }
      at++;
      continue;
    }
    const length = load<u8>(model + b, FIRST) ? addedToken(model, at, end) : 0;
    if (length > 0) at += length;
    else {
      const c = decode(at, end);
      at += width; // before anything else is decoded
      place(c, flags);
    }
  }
  flush();
}

/** The longest added token that begins here: ends the word, gives its id and returns its bytes; 0 if there is none. */
function addedToken(model: usize, at: usize, end: usize): usize {
  const count = load<i32>(model, ADDED_COUNT);
  const list = <usize>load<u32>(model, ADDED_IDS);
  const texts = <usize>load<u32>(model, TEXTS);
  let best: u32 = 0;
  let length: usize = 0;
  for (let i = 0; i < count; i++) {
    const id = load<u32>(list + (<usize>i << 2));
    const offsets = <usize>load<u32>(model, OFFSETS) + (<usize>id << 2);
    const from = load<u32>(offsets);
    const bytes: usize = load<u32>(offsets, 4) - from;
    if (bytes > length && bytes <= end - at && memory.compare(texts + from, at, bytes) == 0) {
      best = id;
      length = bytes;
    }
  }
  if (length > 0) {
    flush();
    emit(best);
  }
  return length;
}

/** A character of the text: cleaned, set apart, decomposed. */
function place(c: u32, flags: u32): void {
  const p = properties(c);
  if (flags & CLEAN && p & DROP) return;
  if (p & SPACE) return flush();
  const apart = flags & CHINESE_APART && p & CHINESE;
  if (apart) flush();
  if (flags & STRIP_ACCENTS && p & DECOMPOSES) decompose(c, flags);
  else put(c, p, flags);
  if (apart) flush();
}

function decompose(c: u32, flags: u32): void {
  const s = c - 0xac00; // a Hangul syllable: Unicode 3.12
  if (s < 11172) {
    put(0x1100 + s / 588, 0, flags);
    put(0x1161 + (s % 588) / 28, 0, flags);
    if (s % 28 > 0) put(0x11a7 + (s % 28), 0, flags);
    return;
  }
  const kept = decomposition(c);
  if (!(kept >> 31)) return put(kept, properties(kept), flags);
  const from = kept & 0xffffff;
  for (let i = from; i < from + ((kept >> 24) & 127); i++) {
    const e = load<u32>(pool + (<usize>i << 2));
    put(e, properties(e), flags);
  }
}

/** A character that is decomposed already: dropped if it is an accent, else lowered and put into its word. */
function put(given: u32, given_properties: u32, flags: u32): void {
  let c = given;
  let p = given_properties;
  if (flags & STRIP_ACCENTS && p & MARK) {
    if (!(p & NONSTARTER)) hold();
    return;
  }
  if (flags & LOWER_CASE && p & LOWERS) {
    if (c == 0x130) {
      append(0x69);
      return append(0x307);
    }
    c = lowerCase(c);
    p = properties(c);
  }
  if (p & PUNCTUATION) alone(c);
  else if (flags & STRIP_ACCENTS && p & NONSTARTER) appendOrdered(c);
  else append(c);
}

/** Punctuation: a word of one character, and none that has buckets. */
// @ts-ignore: decorator
@inline
function alone(c: u32): void {
  flush();
  append(c);
  cut();
}
