// The hash that puts words and pairs of words into buckets: FNV-1a of their UTF-8, finished as MurmurHash3 does.

export const emptyHash: u32 = 0x811c9dc5;

// @ts-ignore: decorator
@inline
export function mixByte(hash: u32, byte: u32): u32 {
  return (hash ^ byte) * 0x01000193;
}

/** The hash with the UTF-8 of a character behind it. */
export function mixCharacter(given: u32, c: u32): u32 {
  if (c < 0x80) return mixByte(given, c);
  let hash = given;
  if (c < 0x800) hash = mixByte(hash, 0xc0 | (c >> 6));
  else {
    if (c < 0x10000) hash = mixByte(hash, 0xe0 | (c >> 12));
    else {
      hash = mixByte(hash, 0xf0 | (c >> 18));
      hash = mixByte(hash, 0x80 | ((c >> 12) & 0x3f));
    }
    hash = mixByte(hash, 0x80 | ((c >> 6) & 0x3f));
  }
  return mixByte(hash, 0x80 | (c & 0x3f));
}

/** The low bits of FNV-1a alone know little of the bytes' high ones. */
export function finished(hash: u32): u32 {
  let h = (hash ^ (hash >> 16)) * 0x85ebca6b;
  h = (h ^ (h >> 13)) * 0xc2b2ae35;
  return h ^ (h >> 16);
}
