import type { AdapterInput } from '../adapter/adapter.ts';
import type { AdapterNeeds } from '../adapter/card.ts';
import type { EncodeOptions, Encoder } from '../encode/encoder.ts';
import type { Matrix } from '../matrix.ts';

export interface TextInput {
  readonly input: AdapterInput & { readonly vectors: Matrix };
  /** Positions of texts that could not be embedded: their rows are zero. */
  readonly failed: readonly number[];
}

/** The base vectors of texts, and their tokens where the adapter needs them. */
export async function adapterInput(
  encoder: Encoder,
  texts: readonly string[],
  needs: AdapterNeeds,
  options: EncodeOptions,
): Promise<TextInput> {
  const { vectors, failed, tokens } = await encoder.encode(texts, options);
  const input = needs === 'vector' ? { vectors } : { vectors, tokens: tokens ?? encoder.tokenize(texts) };
  return { input, failed };
}
