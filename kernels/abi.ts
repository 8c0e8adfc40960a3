/** Raised by one whenever a signature or a meaning changes. */
export function abi_version(): i32 {
  return 1;
}

/** 1 in the SIMD build, 0 in the scalar one. */
export function has_simd(): i32 {
  return ASC_FEATURE_SIMD ? 1 : 0;
}

/** First byte that the host may use; everything from here to the end of the memory is the host's. Multiple of 16. */
export function heap_base(): usize {
  return (__heap_base + 15) & ~15;
}

/** memory.grow for hosts that cannot grow the memory from outside: pages before, or -1. */
export function memory_grow(pages: i32): i32 {
  return memory.grow(pages);
}
