import type { Encoder } from '../../src/encode/encoder.ts';
import type { StaticTable } from '../../src/encode/static-table.ts';
import type { Kernels } from '../../src/kernels/kernels.ts';
import { matrix, row } from '../../src/matrix.ts';
import { random } from '../../src/random.ts';
import { normals, toyTokenizer, vocabulary } from '../distil/toy.ts';

/** "w1, w2: w3 w4 …" with words that are rarer the higher their number. */
export function toyTexts(count: number, seed: number): string[] {
  const { uniform, integer } = random(seed);
  const word = () => `w${Math.floor(vocabulary * uniform() ** 2)}`;
  return Array.from({ length: count }, () => {
    const words = Array.from({ length: 4 + integer(6) }, word);
    return `${words[0]}: ${words.slice(1).join(' ')}`;
  });
}

/** A teacher whose vector of a text is the mean meaning of its words, off its mean; a text with "broken" fails. */
export function toyTeacher(kernels: Kernels, { dims = 24, seed = 3 } = {}): Encoder & { asked: string[] } {
  const meaning = normals(vocabulary, dims, seed);
  const offset = normals(1, dims, seed + 1);
  const asked: string[] = [];
  return {
    id: 'toy-teacher',
    dims,
    baseFingerprint: `toy-teacher-${seed}`,
    tokenizer: toyTokenizer,
    maxTokens: 512,
    asked,
    encode: async (texts, { onProgress }) => {
      asked.push(...texts);
      const sums = matrix(texts.length, dims);
      const failed: number[] = [];
      texts.forEach((text, i) => {
        if (text.includes('broken')) {
          failed.push(i);
          return;
        }
        const ids = toyTokenizer.encode(text, 512);
        for (let j = 0; j < dims; j++) {
          row(sums, i)[j] = offset.data[j]!;
          for (const id of ids) row(sums, i)[j]! += meaning.data[id * dims + j]! / Math.sqrt(ids.length);
        }
      });
      onProgress?.(texts.length, texts.length);
      return { vectors: kernels.normalize(sums), failed };
    },
    tokenize: () => {
      throw new Error('the toy teacher only embeds');
    },
    dispose: () => {},
  };
}

/** A token table that hardly knows what the teacher means by a word. */
export function toyStart(seed = 5): { table: StaticTable; tokenizer: typeof toyTokenizer } {
  const weights = Float32Array.from({ length: vocabulary }, (_, t) => 0.3 + 0.7 * (t / vocabulary));
  return { table: { rows: normals(vocabulary, 8, seed), weights }, tokenizer: toyTokenizer };
}
