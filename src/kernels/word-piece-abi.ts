/** The WordPiece module's version that this code was written against; `abi_version()` must answer it. */
export const wordPieceAbiVersion = 1;

/** Parameters and result of every export, as in `abi.ts`. */
export const wordPieceAbi = {
  abi_version: ': i',
  heap_base: ': i',
  memory_grow: 'i: i',
  wordpiece_bytes: 'iii: i',
  wordpiece_encode: 'iiiiiiiii: i',
  wordpiece_open: 'iiiiiiiiiii: i',
} as const;

/** What the module exports; kernels/README.md says what each parameter is. */
export type WordPieceExports = { readonly memory: WebAssembly.Memory } & {
  readonly [name in keyof typeof wordPieceAbi]: (...parameters: number[]) => number;
};

/** Bits of `flags` and of a token's kind. */
export const wordPieceFlags = { clean: 1, chineseApart: 2, stripAccents: 4, lowerCase: 8 } as const;
/** Flags from this bit on: the bits that number the buckets of words and pairs of words. */
export const wordBucketShift = 8;
/** Most ids that a token of a word stands for where there are buckets: itself, its word's and its pair's. */
export const idsPerToken = 3;
export const tokenKinds = { inVocabulary: 1, added: 2 } as const;
/** Longest `max_characters`, most bits of buckets, and ids must be below `ids`. */
export const wordPieceLimits = { characters: 4096, bucketBits: 20, ids: 2 ** 26 - 1 } as const;
