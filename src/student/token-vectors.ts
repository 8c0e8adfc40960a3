import { config } from '../config.ts';
import type { ModelFiles } from '../encode/onnx/model-files.ts';
import { openTransformer, runTransformer } from '../encode/onnx/open-transformer.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, matrix } from '../matrix.ts';

/**
 * What a transformer makes of every token of its vocabulary alone, between its special tokens: [CLS] token [SEP].
 *
 * Shape   (V, d), not normalised
 * Source  model2vec (Tulkens & van Dongen 2024)
 * @throws {ChelatedError} not_found, invalid_input, backend_failed
 */
export async function tokenVectors(
  model: ModelFiles,
  kernels: Kernels,
  { onShare }: { onShare?: (share: number) => void } = {},
): Promise<Matrix> {
  const transformer = await openTransformer(model, kernels);
  const { session, tokenizer, surround } = transformer;
  const size = tokenizer.vocabularySize;
  try {
    let all: Matrix | undefined;
    const step = config.makeStudent.tokensAtOnce;
    for (let from = 0; from < size; from += step) {
      const count = Math.min(step, size - from);
      const lists = Array.from({ length: count }, (_, i) => [...surround.before, from + i, ...surround.behind]);
      const vectors = await runTransformer(transformer, lists);
      all ??= matrix(size, vectors.dims);
      all.data.set(vectors.data, from * vectors.dims);
      onShare?.(Math.min(1, (from + step) / size));
    }
    return all ?? matrix(0, 0);
  } finally {
    await session.dispose();
  }
}
