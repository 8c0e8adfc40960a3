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
export const tokenKinds = { inVocabulary: 1, added: 2 } as const;
/** Longest `max_characters`, and ids must be below `ids`. */
export const wordPieceLimits = { characters: 4096, ids: 2 ** 26 - 1 } as const;
