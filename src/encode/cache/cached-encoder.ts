import { matrix, pickRows, row } from '../../matrix.ts';
import { checkTexts } from '../check-texts.ts';
import type { Encoded, EncodeOptions, Encoder } from '../encoder.ts';
import { wrappedEncoder } from '../wrapped-encoder.ts';
import { type CacheOptions, KeptVectors, keyOf } from './kept-vectors.ts';

/**
 * The encoder, with its vectors kept on disk: a text that was embedded before, under the same base fingerprint and role, is
 * not embedded again. Each batch is kept when it is done, so a run that is stopped, killed even, goes on where it was.
 *
 * Edge    the same text twice in a call is embedded once. Failed texts are not kept: the next call tries them again.
 *         A damaged entry is made again. Two processes may both embed a text that both lack; neither disturbs the other
 */
export function cachedEncoder(encoder: Encoder, options: CacheOptions): Encoder {
  if (encoder.precomputed) return encoder;
  const kept = new KeptVectors(encoder, options);
  const cache = new Cache(encoder, kept);
  return wrappedEncoder(encoder, {
    encode: (texts, call) => cache.encode(texts, call),
    dispose: () => {
      kept.close();
      encoder.dispose();
    },
  });
}

class Cache {
  readonly #encoder: Encoder;
  readonly #kept: KeptVectors;

  constructor(encoder: Encoder, kept: KeptVectors) {
    this.#encoder = encoder;
    this.#kept = kept;
  }

  async encode(texts: readonly string[], { role, signal, onBatch, onProgress }: EncodeOptions): Promise<Encoded> {
    checkTexts(texts);
    signal?.throwIfAborted();
    const places = new Map<string, number[]>(); // positions of each different text
    texts.forEach((text, i) => {
      const at = places.get(text);
      if (at) at.push(i);
      else places.set(text, [i]);
    });
    const distinct = Array.from(places.keys());
    const keys = distinct.map((text) => keyOf(role, text));
    const vectors = matrix(texts.length, this.#encoder.dims);
    let [done, known] = [0, 0];
    /** Takes in the vectors of some different texts, for every position that they have. */
    const finish = (found: readonly { text: string; vector: Float32Array }[], fromCache = false) => {
      const positions = found.flatMap(({ text, vector }) => {
        const at = places.get(text)!;
        for (const i of at) vectors.data.set(vector, i * vectors.dims);
        return at;
      });
      done += positions.length;
      if (fromCache) known = done;
      if (positions.length > 0) onBatch?.(positions, pickRows(vectors, positions));
      onProgress?.(done, texts.length, known);
    };
    const kept = this.#kept.look(keys);
    finish(
      distinct.flatMap((text, i) => (kept[i] ? [{ text, vector: kept[i] }] : [])),
      true,
    );
    const missing = Array.from(distinct.keys()).filter((i) => !kept[i]);
    if (missing.length === 0) return { vectors, failed: [] };

    const asked = missing.map((i) => distinct[i]!);
    const seen = new Set<number>();
    const take = (positions: readonly number[], vectorAt: (i: number) => Float32Array) => {
      const fresh = positions.map((m, i) => ({ m, vector: vectorAt(i) }));
      for (const { m } of fresh) seen.add(m);
      this.#kept.keep(
        fresh.flatMap(({ m, vector }) => (vector.some((x) => x !== 0) ? [{ key: keys[missing[m]!]!, vector }] : [])),
      );
      finish(fresh.map(({ m, vector }) => ({ text: asked[m]!, vector })));
    };
    const encoded = await this.#encoder.encode(asked, {
      role,
      ...(signal && { signal }),
      onBatch: (positions, rows) => take(positions, (i) => row(rows, i)),
    });
    // Encoders that are quick report no batches.
    const rest = Array.from(asked.keys()).filter((m) => !seen.has(m));
    if (rest.length > 0) take(rest, (i) => row(encoded.vectors, rest[i]!));
    const failed = encoded.failed.flatMap((m) => places.get(asked[m]!)!);
    return { vectors, failed: failed.sort((a, b) => a - b) };
  }
}
