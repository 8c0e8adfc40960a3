import { config } from '../config.ts';
import { libraryTokenizer } from '../encode/library-tokenizer.ts';
import { addPooling } from '../encode/onnx/add-pooling.ts';
import { applyDense, readDenseLayer } from '../encode/onnx/dense-layer.ts';
import { encoderThreads } from '../encode/onnx/encoder-threads.ts';
import { type ModelFiles, readText } from '../encode/onnx/model-files.ts';
import { readModelSpec } from '../encode/onnx/model-spec.ts';
import { readWeights } from '../encode/onnx/read-weights.ts';
import { runTokens } from '../encode/onnx/run-tokens.ts';
import { readSurround } from '../encode/onnx/surround.ts';
import { pickWeights } from '../encode/onnx/weight-files.ts';
import { ChelatedError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type Matrix, matrix } from '../matrix.ts';
import { fuseTransformer } from '../onnx/fuse/fuse-transformer.ts';
import { openSession } from '../onnx/session.ts';

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
  { dtype, onShare }: { dtype?: string; onShare?: (share: number) => void } = {},
): Promise<Matrix> {
  const spec = await readModelSpec(model);
  const json = await readText(model, 'tokenizer.json');
  if (json === undefined) {
    throw new ChelatedError('not_found', `model ${model.name} has no tokenizer.json; save its fast tokenizer there`);
  }
  const { vocabularySize: size } = await libraryTokenizer(json);
  const { before, behind } = readSurround(json, `${model.name}/tokenizer.json`);
  const dense = await Promise.all(spec.dense.map((folder) => readDenseLayer(model, folder)));
  const weights = pickWeights(model, dtype);
  const prepare = async () => {
    const { bytes, ...beside } = await readWeights(model, weights);
    return { bytes: addPooling(fuseTransformer(bytes), spec.pooling), ...beside };
  };
  // The first session decides how many threads the encoder's have that embeds the texts.
  const session = await openSession(prepare, { threads: encoderThreads(), unpackWeights: true });
  try {
    let all: Matrix | undefined;
    const step = config.makeStudent.tokensAtOnce;
    for (let from = 0; from < size; from += step) {
      const lists = Array.from({ length: Math.min(step, size - from) }, (_, i) => [...before, from + i, ...behind]);
      const pooled = await runTokens(session, lists, spec, { name: model.name });
      const vectors = dense.reduce((X, layer) => applyDense(X, layer, kernels), pooled);
      all ??= matrix(size, vectors.dims);
      all.data.set(vectors.data, from * vectors.dims);
      onShare?.(Math.min(1, (from + step) / size));
    }
    return all ?? matrix(0, 0);
  } finally {
    await session.dispose();
  }
}
