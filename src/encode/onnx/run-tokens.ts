import { ChelatedError } from '../../errors.ts';
import { type Matrix, matrix, row } from '../../matrix.ts';
import type { OnnxSession, TensorFeeds } from '../../onnx/session.ts';
import { pooledOutput, poolingInput, textOutputs, tokenOutputs, unitOutput } from './add-pooling.ts';
import type { ModelSpec } from './model-spec.ts';
import { fillPooling, isPoolingEmpty, type Pooling } from './pooling.ts';

/**
 * Runs a transformer on token lists, padded on the right to the longest, and pools its tokens in the graph (`addPooling`).
 *
 * Only inputs that the model has are fed: input_ids, attention_mask, token_type_ids (zeros) and position_ids.
 *
 * @returns (n, d) vectors of the texts, of unit length where the graph makes that; of a model that pools in its own graph, what it gives
 * @throws {ChelatedError} backend_failed; invalid_input for a model with other inputs or outputs
 */
export async function runTokens(
  session: OnnxSession,
  lists: readonly (readonly number[])[],
  { padId, pooling }: Pick<ModelSpec, 'padId' | 'pooling'>,
  { name, skip = 0 }: { readonly name: string; readonly skip?: number },
): Promise<Matrix> {
  const output = [unitOutput, pooledOutput, ...textOutputs].find((known) => session.outputNames.includes(known)) ?? '';
  if (output === '') {
    const known = [...tokenOutputs, ...textOutputs].join(', ');
    throw new ChelatedError(
      'invalid_input',
      `model ${name}: expected an output ${known}; got ${session.outputNames.join(', ')}`,
    );
  }
  const ways = textOutputs.includes(output) ? [] : pooling;
  const results = await session.run(feeds(session, lists, padId, { ways, skip, name }), [output]);
  const { dims, data } = results[output]!;
  if (dims.length !== 2 || dims[0] !== lists.length) {
    const expected = `[${lists.length}, d]`;
    throw new ChelatedError('shape_mismatch', `model ${name}: expected ${output} of shape ${expected}, got [${dims}]`);
  }
  const vectors = matrix(lists.length, dims[1]!, data);
  const width = vectors.dims / Math.max(1, ways.length);
  lists.forEach(({ length }, i) => {
    ways.forEach((way, w) => {
      if (isPoolingEmpty(way, length, skip)) row(vectors, i).fill(0, w * width, (w + 1) * width);
    });
  });
  return vectors;
}

function feeds(
  session: OnnxSession,
  lists: readonly (readonly number[])[],
  padId: number,
  { ways, skip, name }: { readonly ways: readonly Pooling[]; readonly skip: number; readonly name: string },
): TensorFeeds {
  const tokens = Math.max(...lists.map((list) => list.length));
  const fill = (value: (list: readonly number[], j: number) => number) => {
    const data = new BigInt64Array(lists.length * tokens);
    lists.forEach((list, i) => {
      for (let j = 0; j < tokens; j++) data[i * tokens + j] = BigInt(value(list, j));
    });
    return { dtype: 'int64', dims: [lists.length, tokens], data } as const;
  };
  const known: Record<string, () => TensorFeeds[string]> = {
    input_ids: () => fill((list, j) => list[j] ?? padId),
    attention_mask: () => fill((list, j) => (j < list.length ? 1 : 0)),
    token_type_ids: () => fill(() => 0),
    position_ids: () => fill((_, j) => j),
  };
  const pooled: Record<string, TensorFeeds[string]> = {};
  for (const way of ways) {
    const data = new Float32Array(lists.length * tokens);
    lists.forEach(({ length }, i) => {
      if (!isPoolingEmpty(way, length, skip))
        fillPooling(data.subarray(i * tokens, (i + 1) * tokens), way, length, skip);
    });
    const dims = way === 'max' ? [lists.length, tokens, 1] : [lists.length, 1, tokens];
    pooled[poolingInput(way)] = { dtype: 'f32', dims, data };
  }
  return Object.fromEntries(
    session.inputNames.map((input) => {
      const tensor = pooled[input] ?? known[input]?.();
      if (tensor) return [input, tensor];
      const expected = Object.keys(known).join(', ');
      throw new ChelatedError('invalid_input', `model ${name} asks for input ${input}; known are ${expected}`);
    }),
  );
}
