import { config } from '../config.ts';
import type { Encoder } from '../encode/encoder.ts';
import { type Matrix, matrix, pickRows } from '../matrix.ts';

/** The texts that the teacher could embed, and their vectors. */
export interface EmbeddedTexts {
  readonly texts: readonly string[];
  readonly T: Matrix; // (n, e), unit rows
}

/**
 * The teacher's vectors of the texts, in chunks of `config.makeStudent.chunkTexts`: whichever encoder it is, a cache around it
 * then keeps what is done. A text that failed is left out.
 *
 * @param options.onShare told the share that is done, and the share that a cache had
 * @throws whatever the teacher throws, and the signal's reason between chunks
 */
export async function embedTexts(
  teacher: Encoder,
  texts: readonly string[],
  { signal, onShare }: { signal?: AbortSignal; onShare?: (share: number, known: number) => void } = {},
): Promise<EmbeddedTexts> {
  const T = matrix(texts.length, teacher.dims);
  const kept: number[] = [];
  const { chunkTexts } = config.makeStudent;
  let known = 0;
  for (let from = 0; from < texts.length; from += chunkTexts) {
    signal?.throwIfAborted();
    const chunk = texts.slice(from, from + chunkTexts);
    let knownHere = 0;
    const { vectors, failed } = await teacher.encode(chunk, {
      role: 'document',
      ...(signal && { signal }),
      onProgress: (done, _, had = 0) => {
        knownHere = had;
        onShare?.((from + done) / texts.length, (known + had) / texts.length);
      },
    });
    known += knownHere;
    T.data.set(vectors.data, from * T.dims);
    const missing = new Set(failed);
    chunk.forEach((_, i) => {
      if (!missing.has(i)) kept.push(from + i);
    });
  }
  if (kept.length === texts.length) return { texts, T };
  return { texts: kept.map((i) => texts[i]!), T: pickRows(T, kept) };
}
