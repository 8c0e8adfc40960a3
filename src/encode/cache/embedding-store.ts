import { randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, readSync, statSync, utimesSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { evictSegments } from './evict-segments.ts';
import { type CacheRecord, encodeRecords, keyIn, recordBytes, vectorIn } from './record.ts';

export interface StoreOptions {
  /** Folder of all models; this model's segments are in a folder of it. */
  readonly directory: string;
  /** Name of this model's folder. */
  readonly name: string;
  readonly dims: number;
  readonly maxBytes: number;
  readonly segmentBytes: number;
}

interface Place {
  readonly segment: string;
  readonly at: number;
}

/**
 * Vectors by key in append-only segment files. A process appends to files of its own alone, so writers need no lock, and
 * one that is killed leaves at worst a last record that is cut short and is passed over.
 *
 * Calls are synchronous: what `put` was given is with the operating system when it returns, and outlives the process.
 */
export class EmbeddingStore {
  readonly #options: StoreOptions;
  readonly #folder: string;
  readonly #places = new Map<string, Place>();
  /** Bytes of each segment that are indexed. */
  readonly #indexed = new Map<string, number>();
  readonly #touched = new Set<string>();
  #own: { segment: string; file: number; bytes: number } | undefined;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.#folder = join(options.directory, options.name);
  }

  /** Takes in what other processes have written since. */
  refresh(): void {
    mkdirSync(this.#folder, { recursive: true });
    const segments = readdirSync(this.#folder);
    // Evicted by another process, or removed with the folder: what is appended to it now would be lost.
    if (this.#own && !segments.includes(this.#own.segment)) this.close();
    for (const segment of segments) {
      if (segment.endsWith('.segment') && segment !== this.#own?.segment) this.#index(segment);
    }
  }

  /** The vectors of the keys, nothing for one that is not there or damaged. */
  get(keys: readonly string[]): (Float32Array | undefined)[] {
    const files = new Map<string, number | undefined>();
    const record = new Uint8Array(recordBytes(this.#options.dims));
    try {
      return keys.map((key) => {
        const place = this.#places.get(key);
        if (!place) return undefined;
        if (!files.has(place.segment)) files.set(place.segment, this.#openToRead(place.segment));
        const file = files.get(place.segment);
        const read = file === undefined ? 0 : readSync(file, record, 0, record.length, place.at);
        if (read === record.length && keyIn(record) === key) return vectorIn(record);
        this.#places.delete(key);
        return undefined;
      });
    } finally {
      for (const file of files.values()) if (file !== undefined) closeSync(file);
    }
  }

  put(records: readonly CacheRecord[]): void {
    if (records.length === 0) return;
    const { dims, segmentBytes } = this.#options;
    const bytes = encodeRecords(records, dims);
    if (this.#own && this.#own.bytes + bytes.length > segmentBytes) this.close();
    this.#own ??= this.#openSegment();
    const { segment, file, bytes: at } = this.#own;
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    this.#own.bytes += bytes.length;
    this.#indexed.set(segment, this.#own.bytes);
    records.forEach(({ key }, r) => {
      this.#places.set(key, { segment, at: at + r * recordBytes(dims) });
    });
  }

  close(): void {
    if (this.#own) closeSync(this.#own.file);
    this.#own = undefined;
  }

  #openSegment() {
    const { directory, maxBytes, segmentBytes } = this.#options;
    evictSegments(directory, Math.max(0, maxBytes - segmentBytes));
    mkdirSync(this.#folder, { recursive: true });
    const segment = `${process.pid}-${randomUUID()}.segment`;
    return { segment, file: openSync(join(this.#folder, segment), 'ax'), bytes: 0 };
  }

  #index(segment: string): void {
    const from = this.#indexed.get(segment) ?? 0;
    const path = join(this.#folder, segment);
    const size = recordBytes(this.#options.dims);
    const file = openOrNot(path);
    if (file === undefined) return;
    try {
      const whole = Math.floor((statSync(path).size - from) / size);
      if (whole <= 0) return;
      const bytes = new Uint8Array(whole * size);
      const read = Math.floor(readSync(file, bytes, 0, bytes.length, from) / size);
      for (let r = 0; r < read; r++) {
        const key = keyIn(bytes.subarray(r * size, (r + 1) * size));
        if (key !== undefined) this.#places.set(key, { segment, at: from + r * size });
      }
      this.#indexed.set(segment, from + read * size);
    } finally {
      closeSync(file);
    }
  }

  /** Also marks the segment as used: the ones unused for longest are evicted first. */
  #openToRead(segment: string): number | undefined {
    const path = join(this.#folder, segment);
    const file = openOrNot(path);
    if (file !== undefined && !this.#touched.has(segment)) {
      this.#touched.add(segment);
      const now = new Date();
      utimesSync(path, now, now);
    }
    return file;
  }
}

/** Nothing for a file that is gone: another process may evict it at any time. */
function openOrNot(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch {
    return undefined;
  }
}
