import { z } from 'zod';
import { ServiceFailure } from './service-failure.ts';

const answer = z.object({
  data: z.array(
    z.object({ index: z.int().nonnegative().optional(), embedding: z.union([z.string(), z.array(z.unknown())]) }),
  ),
});

/**
 * The vectors of an answer of /v1/embeddings, in the order of the texts; nothing for one with a number that is not
 * finite. Numbers as JSON, or f32 as base64.
 *
 * @throws {ServiceFailure} retry when it is not such an answer or not for so many texts, none when a vector is of another width
 */
export function readEmbeddings(body: unknown, texts: number, dims: number | undefined): (Float32Array | undefined)[] {
  const parsed = answer.safeParse(body);
  if (!parsed.success) throw new ServiceFailure('retry', 'its answer is not a list of embeddings');
  const { data } = parsed.data;
  const rows = new Map(data.map(({ index, embedding }, i) => [index ?? i, embedding]));
  if (data.length !== texts || rows.size !== texts) {
    throw new ServiceFailure('retry', `expected ${texts} embeddings, got ${data.length}`);
  }
  return Array.from({ length: texts }, (_, i) => {
    const embedding = rows.get(i);
    if (embedding === undefined) throw new ServiceFailure('retry', `its answer has no embedding ${i} of ${texts}`);
    const values = typeof embedding === 'string' ? fromBase64(embedding) : Float32Array.from(embedding, toNumber);
    if (values.length === 0 || (dims !== undefined && values.length !== dims)) {
      const hint = 'check the model, and "dimensions"';
      throw new ServiceFailure('none', `expected vectors of d=${dims}, got d=${values.length}; ${hint}`);
    }
    return values.every(Number.isFinite) ? values : undefined;
  });
}

/** JSON has no NaN: servers write null, or a word. */
const toNumber = (value: unknown) => (typeof value === 'number' ? value : Number.NaN);

function fromBase64(text: string): Float32Array {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch (cause) {
    throw new ServiceFailure('retry', 'an embedding is not base64', { cause });
  }
  if (bytes.length % 4 !== 0) throw new ServiceFailure('retry', 'an embedding is cut within a number');
  return new Float32Array(bytes.buffer);
}
