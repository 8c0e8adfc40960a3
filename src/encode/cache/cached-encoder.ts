import { createHash } from 'node:crypto';
import { config } from '../../config.ts';
import { matrix, pickRows, row } from '../../matrix.ts';
import { checkTexts } from '../check-texts.ts';
import type { Encoded, EncodeOptions, Encoder, TextRole } from '../encoder.ts';
import { wrappedEncoder } from '../wrapped-encoder.ts';
import { EmbeddingStore } from './embedding-store.ts';

export interface CacheOptions {
  /** Folder of the cache; models and processes share it. */
  readonly directory: string;
  /** Bytes on disk of all models together, give or take a segment of each process that writes. */
  readonly maxBytes?: number;
  /** Told once when the cache fails (no space, no rights); embedding goes on without it. By default a line on stderr. */
  readonly onWarning?: (message: string) => void;
}

/**
 * The encoder, with its vectors kept on disk: a text that was embedded before, under the same base fingerprint and role, is
 * not embedded again. Each batch is kept when it is done, so a run that is stopped, killed even, goes on where it was.
 *
 * Edge    the same text twice in a call is embedded once. Failed texts are not kept: the next call tries them again.
 *         A damaged entry is made again. Two processes may both embed a text that both lack; neither disturbs the other
 */
export function cachedEncoder(encoder: Encoder, options: CacheOptions): Encoder {
  if (encoder.precomputed) return encoder;
  const maxBytes = options.maxBytes ?? config.embeddingCache.maxBytes;
  const store = new EmbeddingStore({
    directory: options.directory,
    name: encoder.baseFingerprint.slice(0, 32),
    dims: encoder.dims,
    maxBytes,
    segmentBytes: Math.min(config.embeddingCache.segmentBytes, maxBytes / 4),
  });
  const cache = new Cache(encoder, store, options.onWarning ?? console.warn);
  return wrappedEncoder(encoder, {
    encode: (texts, call) => cache.encode(texts, call),
    dispose: () => {
      store.close();
      encoder.dispose();
    },
  });
}

class Cache {
  readonly #encoder: Encoder;
  readonly #store: EmbeddingStore;
  readonly #warn: (message: string) => void;
  #isUsable = true;

  constructor(encoder: Encoder, store: EmbeddingStore, warn: (message: string) => void) {
    this.#encoder = encoder;
    this.#store = store;
    this.#warn = warn;
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
    const keys = distinct.map((text) => keyOf(text, role));
    const vectors = matrix(texts.length, this.#encoder.dims);
    let done = 0;
    /** Takes in the vectors of some different texts, for every position that they have. */
    const finish = (found: readonly { text: string; vector: Float32Array }[]) => {
      const positions = found.flatMap(({ text, vector }) => {
        const at = places.get(text)!;
        for (const i of at) vectors.data.set(vector, i * vectors.dims);
        return at;
      });
      done += positions.length;
      if (positions.length > 0) onBatch?.(positions, pickRows(vectors, positions));
      onProgress?.(done, texts.length);
    };
    const kept = this.#look(keys);
    finish(distinct.flatMap((text, i) => (kept[i] ? [{ text, vector: kept[i] }] : [])));
    const missing = Array.from(distinct.keys()).filter((i) => !kept[i]);
    if (missing.length === 0) return { vectors, failed: [] };

    const asked = missing.map((i) => distinct[i]!);
    const seen = new Set<number>();
    const take = (positions: readonly number[], vectorAt: (i: number) => Float32Array) => {
      const fresh = positions.map((m, i) => ({ m, vector: vectorAt(i) }));
      for (const { m } of fresh) seen.add(m);
      this.#keep(
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

  #look(keys: readonly string[]): readonly (Float32Array | undefined)[] {
    return this.#attempt(() => {
      this.#store.refresh();
      return this.#store.get(keys);
    }, []);
  }

  #keep(records: readonly { key: string; vector: Float32Array }[]): void {
    this.#attempt(() => this.#store.put(records), undefined);
  }

  /** A cache that fails costs time, not the run. */
  #attempt<T>(use: () => T, otherwise: T): T {
    if (!this.#isUsable) return otherwise;
    try {
      return use();
    } catch (error) {
      this.#isUsable = false;
      const reason = error instanceof Error ? error.message : String(error);
      this.#warn(`embedding cache: cannot be used any more, going on without it: ${reason}`);
      return otherwise;
    }
  }
}

function keyOf(text: string, role: TextRole): string {
  // A lone surrogate counts as U+FFFD for the encoder as it does here.
  return createHash('sha256').update(`${role}\u0000${text}`, 'utf8').digest('hex').slice(0, 32);
}
