import { config } from '../config.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, pickRows } from '../matrix.ts';
import { random } from '../random.ts';
import { splitDefinition } from './split-definition.ts';

interface ComposeOptions {
  readonly count: number;
  readonly seed: number;
  /** Nearest texts that a paragraph draws from. */
  readonly neighbours?: number;
  /** How many of them it takes. */
  readonly sentences?: { readonly least: number; readonly most: number };
  readonly onShare?: (share: number) => void;
}

/**
 * Texts as long as documents, from short ones: some of the nearest neighbours of a text drawn at random, in random order,
 * joined to a paragraph. Of "words: definition" the words are left out in half of the cases.
 *
 * Shape   T (n, d): teacher's vectors of the n texts, unit rows; neighbours are exact by their inner products
 * Memory  T once more, resident in the kernels, and the neighbours of a block of texts
 * Edge    fewer texts than neighbours: paragraphs are as long as there are texts; the same seed gives the same paragraphs
 */
export function composeParagraphs(
  kernels: Kernels,
  texts: readonly string[],
  T: Matrix,
  { count, seed, onShare, ...shape }: ComposeOptions,
): string[] {
  const { neighbours, sentences, block } = { ...config.makeStudent.paragraphs, ...shape };
  if (texts.length === 0) return [];
  const draw = random(seed);
  const starts = Uint32Array.from({ length: count }, () => draw.integer(texts.length));
  const index = kernels.hold(T);
  const paragraphs: string[] = [];
  try {
    for (let from = 0; from < count; from += block) {
      const queries = starts.subarray(from, from + block);
      const { k, indices } = kernels.topK(index, pickRows(T, queries), neighbours);
      queries.forEach((_, q) => {
        const near = draw.shuffle(indices.slice(q * k, (q + 1) * k));
        const length = sentences.least + draw.integer(sentences.most - sentences.least + 1);
        const parts = Array.from(near.subarray(0, length), (i) =>
          draw.uniform() < 0.5 ? splitDefinition(texts[i]!).meaning : texts[i]!,
        );
        paragraphs.push(`${parts.join('. ')}.`);
      });
      onShare?.(paragraphs.length / count);
    }
  } finally {
    index.free();
  }
  return paragraphs;
}
