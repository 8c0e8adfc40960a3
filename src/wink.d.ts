// The parts of two untyped packages that are called here.

declare module 'wink-bm25-text-search' {
  interface Engine {
    defineConfig(config: {
      fldWeights: Record<string, number>;
      bm25Params: { k1: number; b: number; k: number };
    }): boolean;
    definePrepTasks(tasks: readonly ((text: string) => string[])[]): number;
    addDoc(document: Record<string, string>, id: number): number;
    consolidate(decimals: number): boolean;
    search(text: string, limit: number): [id: string, score: number][];
  }
  export default function winkBm25(): Engine;
}

// Single files of wink-nlp-utils: the whole of it is twenty times as large.
declare module 'wink-nlp-utils/src/string-stem.js' {
  export default function stem(word: string): string;
}

declare module 'wink-nlp-utils/src/tokens-remove-words.js' {
  export default function removeWords(words: readonly string[]): string[];
}
