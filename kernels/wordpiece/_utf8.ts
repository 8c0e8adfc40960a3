/** Length in bytes of what `decode` read last. */
export let width: usize = 0;

/**
 * The character at `at`, which is before `end`. What is not UTF-8 is U+FFFD, one for each longest beginning of a
 * character (Unicode 3.9, "Substitution of Maximal Subparts": what TextDecoder and Python's `replace` do).
 */
export function decode(at: usize, end: usize): u32 {
  const b: u32 = load<u8>(at);
  width = 1;
  if (b < 0x80) return b;
  if (b < 0xc2 || b > 0xf4) return 0xfffd;
  if (at + 1 >= end) return 0xfffd;
  const b1: u32 = load<u8>(at, 1);
  if (b < 0xe0) {
    if (b1 >> 6 != 2) return 0xfffd;
    width = 2;
    return ((b & 0x1f) << 6) | (b1 & 0x3f);
  }
  // The second byte is bounded so that no overlong form, surrogate or number past U+10FFFF begins.
  const least: u32 = b == 0xe0 ? 0xa0 : b == 0xf0 ? 0x90 : 0x80;
  const most: u32 = b == 0xed ? 0x9f : b == 0xf4 ? 0x8f : 0xbf;
  if (b1 < least || b1 > most) return 0xfffd;
  width = 2;
  if (at + 2 >= end) return 0xfffd;
  const b2: u32 = load<u8>(at, 2);
  if (b2 >> 6 != 2) return 0xfffd;
  width = 3;
  if (b < 0xf0) return ((b & 0x0f) << 12) | ((b1 & 0x3f) << 6) | (b2 & 0x3f);
  if (at + 3 >= end) return 0xfffd;
  const b3: u32 = load<u8>(at, 3);
  if (b3 >> 6 != 2) return 0xfffd;
  width = 4;
  return ((b & 0x07) << 18) | ((b1 & 0x3f) << 12) | ((b2 & 0x3f) << 6) | (b3 & 0x3f);
}
