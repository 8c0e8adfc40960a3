// The parts of two untyped packages that bm25.ts calls.

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

declare module 'wink-nlp-utils' {
  const utils: {
    string: { stem(word: string): string };
    tokens: { removeWords(words: readonly string[]): string[] };
  };
  export default utils;
}
