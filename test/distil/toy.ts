import type { Encoder } from '../../src/encode/encoder.ts';
import { staticEncoder } from '../../src/encode/static-encoder.ts';
import type { Tokenizer } from '../../src/encode/tokenizer.ts';
import type { Kernels } from '../../src/kernels/kernels.ts';
import { type Matrix, matrix, row } from '../../src/matrix.ts';
import { random } from '../../src/random.ts';

export const vocabulary = 300;

/** Words are "w0" … "w299"; anything else is no token. */
export const toyTokenizer: Tokenizer = {
  hash: 'toy',
  vocabularySize: vocabulary,
  encode: (text, maxTokens) =>
    Uint32Array.from((text.match(/\bw\d+\b/g) ?? []).map((word) => Number(word.slice(1)) % vocabulary)).slice(
      0,
      maxTokens,
    ),
};

/** A matrix of standard normals. */
export function normals(rows: number, dims: number, seed: number): Matrix {
  const { normal } = random(seed);
  return matrix(rows, dims, Float32Array.from({ length: rows * dims }, normal));
}

export interface Toy {
  readonly student: Encoder;
  readonly ids: string[];
  readonly texts: string[];
  /** Unit rows: a token space of its own, which the student's table hardly knows. */
  readonly T: Matrix;
}

/** n documents of 30 words about one of 12 topics, in sentences; the teacher's meaning of a word is not the student's. */
export async function toy(kernels: Kernels, n: number, { dims = 16, teacherDims = 24, seed = 1 } = {}): Promise<Toy> {
  const generator = random(seed);
  const weights = Float32Array.from({ length: vocabulary }, () => 0.2 + generator.uniform());
  const model = {
    id: 'toy',
    revision: '1',
    tokenizer: toyTokenizer,
    table: { rows: normals(vocabulary, dims, seed), weights },
  };
  const student = await staticEncoder(model, kernels);
  const meaning = normals(vocabulary, teacherDims, seed + 1);
  const texts = Array.from({ length: n }, () => {
    const topic = generator.integer(12);
    const word = () =>
      `w${generator.uniform() < 0.6 ? topic * 25 + generator.integer(25) : generator.integer(vocabulary)}`;
    return Array.from({ length: 5 }, () => `${Array.from({ length: 6 }, word).join(' ')}.`).join(' ');
  });
  const sums = matrix(n, teacherDims);
  for (const [i, text] of texts.entries()) {
    for (const token of toyTokenizer.encode(text, 512)) {
      for (let j = 0; j < teacherDims; j++) row(sums, i)[j]! += row(meaning, token)[j]!;
    }
  }
  return { student, ids: texts.map((_, i) => `d${i}`), texts, T: kernels.normalize(sums) };
}
