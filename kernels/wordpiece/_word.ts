import { emptyHash, finished, mixByte, mixCharacter } from './_bucket';
import { order } from './_character';
import {
  ASCII, BUCKET_MASK, FIRST_BUCKET, HASHES, LONGEST_TOKEN, MASK, MAX_CHARACTERS, mix, OFFSETS, PREFIX, PREFIX_BYTES, PREFIX_CHARACTERS,
  PREFIX_HASH, SEED, SLOTS, TEXTS, UNKNOWN, WORD,
} from './_model';
import { decode, width } from './_utf8';

// Set by `begin` for the call that runs; nothing of it outlives the call.
let model: usize = 0;
let word: usize = 0;
let maxCharacters: i32 = 0;
let ids: usize = 0;
let room: i32 = 0;
let most: i32 = 0; // tokens that are kept of the text
let bucketMask: u32 = 0;
let paired: bool = false; // a word stands before this one
let pairHash: u32 = 0; // of that word and a space
let count: i32 = 0; // characters of the word, also those that found no room
let barrier: i32 = 0; // no nonstarter moves before this place in the word
/** Tokens of the text so far; more than `most` are counted, not written. */
export let found: i32 = 0;
/** Its ids so far, of buckets too; more than `room` are counted, not written. */
export let written: i32 = 0;

export function begin(block: usize, to: usize, space: i32, most_tokens: i32): void {
  model = block;
  word = <usize>load<u32>(block, WORD);
  maxCharacters = load<i32>(block, MAX_CHARACTERS);
  ids = to;
  room = space;
  most = most_tokens;
  bucketMask = load<u32>(block, BUCKET_MASK);
  paired = false;
  count = barrier = found = written = 0;
}

// @ts-ignore: decorator
@inline
export function emit(id: u32): void {
  if (found < most) write(id);
  found++;
}

// @ts-ignore: decorator
@inline
function write(id: u32): void {
  if (written < room) store<u32>(ids + (<usize>written << 2), id);
  written++;
}

// @ts-ignore: decorator
@inline
export function append(c: u32): void {
  if (count < maxCharacters) store<u32>(word + (<usize>count << 2), c);
  count++;
}

/** Appends ASCII characters as long as each goes into the word as it is, and returns where the first other byte is. */
export function appendPlain(from: usize, end: usize): usize {
  const to = word;
  const most = maxCharacters;
  let n = count;
  let at = from;
  for (; at < end; at++) {
    const b: u32 = load<u8>(at);
    if (b >= 128) break;
    const entry: u32 = load<u16>(model + (<usize>b << 1), ASCII);
    if (entry >= 256) break; // PLAIN is 0
    if (n < most) store<u32>(to + (<usize>n << 2), entry);
    n++;
  }
  count = n;
  return at;
}

/** Appends a combining character where canonical order has it. A word that is too long is unknown in any order. */
export function appendOrdered(c: u32): void {
  append(c);
  if (count > maxCharacters) return;
  const own = order(c);
  let i = count - 1;
  for (; i > barrier; i--) {
    const before = load<u32>(word + (<usize>(i - 1) << 2));
    if (order(before) <= own) break;
    store<u32>(word + (<usize>i << 2), before);
  }
  store<u32>(word + (<usize>i << 2), c);
}

/** A starter stood here that did not stay: what follows it does not move before it. */
export function hold(): void {
  barrier = count;
}

/** Ends the word: its tokens, and after them its bucket and that of it and the word before. */
export function flush(): void {
  if (count == 0) return;
  const n = count;
  const counted = bucketMask != 0 && found < most && n <= maxCharacters;
  cut();
  if (counted) fill(n);
}

/** Buckets of the word of n characters: a word whose first token is kept has them, one that is too long has none. */
function fill(n: i32): void {
  const first = load<u32>(model, FIRST_BUCKET);
  let own = emptyHash;
  let both = pairHash;
  for (let i = 0; i < n; i++) {
    const c = load<u32>(word + (<usize>i << 2));
    own = mixCharacter(own, c);
    both = mixCharacter(both, c);
  }
  write(first + (finished(own) & bucketMask));
  if (paired) write(first + (finished(both) & bucketMask));
  paired = true;
  pairHash = mixByte(own, 0x20);
}

/** The word's longest tokens from the left, or the unknown one if that does not come out. */
export function cut(): void {
  const n = count;
  const before = found;
  const writtenBefore = written;
  count = barrier = 0;
  if (n > maxCharacters) return emit(load<u32>(model, UNKNOWN));
  const longest = load<i32>(model, LONGEST_TOKEN);
  const prefix = load<i32>(model, PREFIX_CHARACTERS);
  const hashes = <usize>load<u32>(model, HASHES);
  for (let start = 0; start < n; ) {
    const reach = min(n, start + (start == 0 ? longest : max(0, longest - prefix)));
    let hash = start == 0 ? SEED : load<u32>(model, PREFIX_HASH);
    for (let i = start; i < reach; i++) {
      hash = mix(hash, load<u32>(word + (<usize>i << 2)));
      store<u32>(hashes + (<usize>i << 2), hash);
    }
    let end = reach;
    for (; end > start; end--) {
      const id = find(load<u32>(hashes + (<usize>(end - 1) << 2)), start, end);
      if (id < 0) continue;
      emit(id);
      break;
    }
    if (end == start) {
      found = before;
      written = writtenBefore;
      return emit(load<u32>(model, UNKNOWN));
    }
    start = end;
  }
}

function find(hash: u32, start: i32, end: i32): i32 {
  const slots = <usize>load<u32>(model, SLOTS);
  const mask = load<u32>(model, MASK);
  let i = hash & mask;
  let slot = slots + (<usize>i << 3);
  while (load<u32>(slot) != 0) {
    if (load<u32>(slot, 4) == hash && isPiece(load<u32>(slot) - 1, start, end)) return load<u32>(slot) - 1;
    i = (i + 1) & mask;
    slot = slots + (<usize>i << 3);
  }
  return -1;
}

/** Whether the token is the characters start … end of the word, after the prefix where the word has begun before. */
function isPiece(id: u32, start: i32, end: i32): bool {
  const offsets = <usize>load<u32>(model, OFFSETS) + (<usize>id << 2);
  const texts = <usize>load<u32>(model, TEXTS);
  let at = texts + load<u32>(offsets);
  const last = texts + load<u32>(offsets, 4);
  if (start > 0) {
    const bytes = load<u32>(model, PREFIX_BYTES);
    if (last - at < bytes || memory.compare(at, <usize>load<u32>(model, PREFIX), bytes) != 0) return false;
    at += bytes;
  }
  for (let i = start; i < end; i++) {
    if (at >= last) return false;
    const c = load<u32>(word + (<usize>i << 2));
    const b: u32 = load<u8>(at);
    if (b < 128) {
      if (b != c) return false;
      at++;
    } else {
      if (decode(at, last) != c) return false;
      at += width;
    }
  }
  return at == last;
}
