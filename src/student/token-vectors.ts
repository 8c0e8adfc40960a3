import { config } from '../config.ts';
import { type CacheOptions, KeptVectors, keyOf } from '../encode/cache/kept-vectors.ts';
import type { ModelFiles } from '../encode/onnx/model-files.ts';
import { openTransformer, runTransformer } from '../encode/onnx/open-transformer.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, matrix, row } from '../matrix.ts';

export interface TokenVectorsOptions {
  /** Where they are kept, beside those of the model's texts: a run that was stopped goes on where it was. */
  readonly cache?: CacheOptions;
  /** The share that is done, and the share that the cache had. */
  readonly onShare?: (share: number, known: number) => void;
}

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
  { cache, onShare }: TokenVectorsOptions = {},
): Promise<Matrix> {
  const transformer = await openTransformer(model, kernels);
  const { session, tokenizer, surround, baseFingerprint } = transformer;
  const run = (ids: readonly number[]) =>
    runTransformer(
      transformer,
      ids.map((id) => [...surround.before, id, ...surround.behind]),
    );
  let kept: KeptVectors | undefined;
  try {
    const { dims } = await run([0]);
    kept = cache && new KeptVectors({ baseFingerprint, dims }, cache);
    const all = matrix(tokenizer.vocabularySize, dims);
    let known = 0;
    const step = config.makeStudent.tokensAtOnce;
    for (let from = 0; from < all.rows; from += step) {
      const ids = Array.from({ length: Math.min(step, all.rows - from) }, (_, i) => from + i);
      const keys = ids.map((id) => keyOf('token', `${id}`));
      const found = kept?.look(keys) ?? [];
      const missing = ids.filter((_, i) => !found[i]);
      known += ids.length - missing.length;
      found.forEach((vector, i) => {
        if (vector) row(all, from + i).set(vector);
      });
      if (missing.length > 0) {
        const made = await run(missing);
        missing.forEach((id, i) => {
          row(all, id).set(row(made, i));
        });
        kept?.keep(missing.map((id, i) => ({ key: keys[id - from]!, vector: row(made, i) })));
      }
      onShare?.((from + ids.length) / all.rows, known / all.rows);
    }
    return all;
  } finally {
    kept?.close();
    await session.dispose();
  }
}
