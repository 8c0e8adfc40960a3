import { createHash } from 'node:crypto';
import { config } from '../../config.ts';
import { EmbeddingStore } from './embedding-store.ts';
import type { CacheRecord } from './record.ts';

export interface CacheOptions {
  /** Folder of the cache; models and processes share it. */
  readonly directory: string;
  /** Bytes on disk of all models together, give or take a segment of each process that writes. */
  readonly maxBytes?: number;
  /** Told once when the cache fails (no space, no rights); embedding goes on without it. By default a line on stderr. */
  readonly onWarning?: (message: string) => void;
}

/** One model's vectors on disk. A cache that fails costs time, not the run: from then on nothing is found and nothing kept. */
export class KeptVectors {
  readonly #store: EmbeddingStore;
  readonly #warn: (message: string) => void;
  #isUsable = true;

  constructor(model: { readonly baseFingerprint: string; readonly dims: number }, options: CacheOptions) {
    const { directory, maxBytes = config.embeddingCache.maxBytes, onWarning = console.warn } = options;
    this.#store = new EmbeddingStore({
      ...{ directory, maxBytes, dims: model.dims, name: model.baseFingerprint.slice(0, 32) },
      segmentBytes: Math.min(config.embeddingCache.segmentBytes, maxBytes / 4),
    });
    this.#warn = onWarning;
  }

  /** The vectors of the keys, those of other processes too; nothing for one that is not there. */
  look(keys: readonly string[]): readonly (Float32Array | undefined)[] {
    return this.#attempt(() => {
      this.#store.refresh();
      return this.#store.get(keys);
    }, []);
  }

  keep(records: readonly CacheRecord[]): void {
    this.#attempt(() => this.#store.put(records), undefined);
  }

  close(): void {
    this.#store.close();
  }

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

/** The key of what is embedded as one of a kind: a text in a role, or a token of the vocabulary alone. */
export function keyOf(kind: 'document' | 'query' | 'token', what: string): string {
  // A lone surrogate counts as U+FFFD for the encoder as it does here.
  return createHash('sha256').update(`${kind}\u0000${what}`, 'utf8').digest('hex').slice(0, 32);
}
