import type { Encoder } from '../../../src/encode/encoder.ts';
import { matrix, pickRows } from '../../../src/matrix.ts';
import { tokenBags } from '../../../src/token-bags.ts';

export const dims = 6;

export const textOf = (i: number) => `text ${i}`;

/** The unit vector of a text; a text called "bad" has none. */
export function vectorFor(text: string): Float32Array {
  if (text.startsWith('bad')) return new Float32Array(dims);
  let seed = 11;
  for (const character of text) seed = (seed * 131 + character.codePointAt(0)!) % 65521;
  const values = Float32Array.from({ length: dims }, (_, c) => Math.sin(seed + c * 1.7));
  const length = Math.hypot(...values);
  return values.map((x) => x / length);
}

export interface CountingOptions {
  readonly batch?: number;
  readonly pauseMs?: number;
  readonly baseFingerprint?: string;
  /** Whether batches are reported. */
  readonly reports?: boolean;
  /** Called before a batch is worked on. */
  readonly onAsked?: (texts: readonly string[]) => void;
}

/** An encoder whose work can be counted. */
export function countingEncoder(options: CountingOptions = {}): Encoder & { readonly asked: string[] } {
  const { batch = 4, pauseMs = 0, baseFingerprint = 'f'.repeat(64), reports = true, onAsked } = options;
  const asked: string[] = [];
  return {
    asked,
    id: 'counting',
    dims,
    baseFingerprint,
    tokenizer: { hash: '', vocabularySize: 1, encode: () => new Uint32Array() },
    maxTokens: 1,
    tokenize: (texts) => tokenBags(texts.map(() => [])),
    dispose: () => {},
    async encode(texts, { onBatch, signal }) {
      const vectors = matrix(texts.length, dims);
      const failed: number[] = [];
      // Last first, so that nothing rests on the order of batches.
      const order = Array.from(texts.keys()).reverse();
      for (let from = 0; from < order.length; from += batch) {
        signal?.throwIfAborted();
        const positions = order.slice(from, from + batch);
        asked.push(...positions.map((i) => texts[i]!));
        onAsked?.(positions.map((i) => texts[i]!));
        if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
        for (const i of positions) {
          vectors.data.set(vectorFor(texts[i]!), i * dims);
          if (texts[i]!.startsWith('bad')) failed.push(i);
        }
        if (reports) onBatch?.(positions, pickRows(vectors, positions));
      }
      return { vectors, failed: failed.sort((a, b) => a - b) };
    },
  };
}
