/**
 * The bucket, 0 … 2^bits − 1, of a word, or of a pair of words with a space between: the low bits of FNV-1a (32 bits) of its
 * UTF-8, finished by the last steps of MurmurHash3.
 */
export function wordBucket(words: string, bits: number): number {
  const shifted = (h: number, by: number) => (h ^ (h >>> by)) >>> 0;
  let hash = 2166136261;
  for (const byte of new TextEncoder().encode(words)) hash = Math.imul(hash ^ byte, 16777619) >>> 0;
  hash = Math.imul(shifted(hash, 16), 0x85ebca6b) >>> 0;
  hash = Math.imul(shifted(hash, 13), 0xc2b2ae35) >>> 0;
  return shifted(hash, 16) % 2 ** bits;
}
