import {
  blocks, decomposed, decomposedCount, decompositions, lowerRunCount, lowerRuns, orderCount, orders, stages,
} from './_unicode-tables';

/** What a character is: the flags of the tables. Any number is allowed; what is no character has none. */
// @ts-ignore: decorator
@inline
export function properties(c: u32): u32 {
  return c > 0x10ffff ? 0 : load<u8>(blocks + ((<usize>load<u8>(stages + (c >> 7)) << 7) | (c & 127)));
}

/** What is left of the decomposition of a character that has one, as `decompositions` has it; not for Hangul. */
export function decomposition(c: u32): u32 {
  let low = 0;
  let high = decomposedCount - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const key = load<u32>(decomposed + (<usize>middle << 2));
    if (key == c) return load<u32>(decompositions + (<usize>middle << 2));
    if (key < c) low = middle + 1;
    else high = middle - 1;
  }
  return c;
}

/** Lower case of a character by itself (no look at its neighbours: a final sigma is as any other). Not for U+0130. */
export function lowerCase(c: u32): u32 {
  let low = 0;
  let high = lowerRunCount - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const run = lowerRuns + (<usize>middle << 4);
    if (c < load<u32>(run)) high = middle - 1;
    else if (c > load<u32>(run, 4)) low = middle + 1;
    else return (c - load<u32>(run)) % load<u32>(run, 8) == 0 ? c + load<u32>(run, 12) : c;
  }
  return c;
}

/** Place of a kept nonstarter's combining class among the classes; 0 for starters. */
export function order(c: u32): u32 {
  let low = 0;
  let high = orderCount - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const key = load<u32>(orders + (<usize>middle << 3));
    if (key == c) return load<u32>(orders + (<usize>middle << 3), 4);
    if (key < c) low = middle + 1;
    else high = middle - 1;
  }
  return 0;
}
