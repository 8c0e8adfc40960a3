import { ChelatedError } from '../../errors.ts';
import { type Matrix, matrix } from '../../matrix.ts';
import type { OnnxSession, TensorFeeds } from '../../onnx/session.ts';
import type { TokenVectors } from './pooling.ts';

/** Outputs that are understood, by what they are: vectors of tokens, else of texts that the graph itself has pooled. */
const tokenOutputs = ['last_hidden_state', 'token_embeddings'];
const textOutputs = ['sentence_embedding', 'text_embeds', 'pooled_embedding'];

/**
 * Runs a transformer on token lists, padded on the right to the longest.
 *
 * Only inputs that the model has are fed: input_ids, attention_mask, token_type_ids (zeros) and position_ids.
 *
 * @returns vectors of the tokens, or (n, d) vectors of the texts from a model that pools in its graph
 * @throws {ChelatedError} backend_failed; invalid_input for a model with other inputs or outputs
 */
export async function runTokens(
  session: OnnxSession,
  lists: readonly (readonly number[])[],
  padId: number,
  name: string,
): Promise<TokenVectors | Matrix> {
  const output = [...tokenOutputs, ...textOutputs].find((known) => session.outputNames.includes(known)) ?? '';
  if (output === '') {
    const known = [...tokenOutputs, ...textOutputs].join(', ');
    throw new ChelatedError(
      'invalid_input',
      `model ${name}: expected an output ${known}; got ${session.outputNames.join(', ')}`,
    );
  }
  const results = await session.run(feeds(session, lists, padId, name), [output]);
  const { dims, data } = results[output]!;
  const tokens = Math.max(...lists.map((list) => list.length));
  if (dims.length === 3 && dims[0] === lists.length && dims[1] === tokens) {
    return { texts: lists.length, tokens, dims: dims[2]!, data, lengths: lists.map((list) => list.length) };
  }
  if (dims.length === 2 && dims[0] === lists.length) return matrix(lists.length, dims[1]!, data);
  const expected = `[${lists.length}, ${tokens}, d] or [${lists.length}, d]`;
  throw new ChelatedError('shape_mismatch', `model ${name}: expected ${output} of shape ${expected}, got [${dims}]`);
}

function feeds(session: OnnxSession, lists: readonly (readonly number[])[], padId: number, name: string): TensorFeeds {
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
  return Object.fromEntries(
    session.inputNames.map((input) => {
      const make = known[input];
      if (make) return [input, make()];
      const expected = Object.keys(known).join(', ');
      throw new ChelatedError('invalid_input', `model ${name} asks for input ${input}; known are ${expected}`);
    }),
  );
}
