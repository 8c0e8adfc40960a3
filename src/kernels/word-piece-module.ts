import { ChelatedError } from '../errors.ts';
import { instantiate, type ModuleSource } from './instantiate.ts';
import {
  idsPerToken,
  type WordPieceExports,
  wordBucketShift,
  wordPieceAbi,
  wordPieceAbiVersion,
} from './word-piece-abi.ts';

/** What the module is given once; the fields are those of `wordpiece_open`. */
export interface WordPieceVocabulary {
  readonly texts: Uint8Array; // UTF-8 of all tokens, one after the other
  readonly offsets: Uint32Array; // (tokens + 1)
  readonly kinds: Uint8Array; // (tokens)
  readonly prefix: string;
  readonly unknown: number;
  readonly maxCharacters: number;
  readonly flags: number;
}

interface Place {
  readonly offsets: number;
  readonly rows: number;
  readonly ids: number;
  readonly room: number; // ids
  readonly text: number;
}

const PAGE = 65_536;
const asset = () => new URL('../../assets/chelated-wordpiece.wasm', import.meta.url);

/**
 * An instance of the WordPiece module that holds one vocabulary.
 *
 * Memory  its own, and it goes when the object does; it has grown to the longest text so far (3 bytes a UTF-16 unit)
 */
export class WordPieceModule {
  readonly #exports: WordPieceExports;
  readonly #encoder = new TextEncoder();
  readonly #model: number;
  readonly #idsPerToken: number;
  readonly #free: number; // from here on each call has its arguments and results
  #bytes: Uint8Array;
  #words: Uint32Array;

  /**
   * Without a source the build that comes with the package. Hosts that cannot compile bytes pass a module.
   *
   * @throws {ChelatedError} wasm_unavailable: no module, or another ABI version; invalid_input for a vocabulary it refuses
   */
  static async open(vocabulary: WordPieceVocabulary, source?: ModuleSource): Promise<WordPieceModule> {
    const instance = await instantiate(() => source ?? asset(), 'WordPiece');
    const exports = instance.exports as unknown as WordPieceExports;
    const names = Object.keys(wordPieceAbi) as (keyof typeof wordPieceAbi)[];
    const missing = names.filter((name) => typeof exports[name] !== 'function');
    if (missing.length > 0) {
      throw new ChelatedError('wasm_unavailable', `not a WordPiece module: it lacks ${missing.join(', ')}`);
    }
    const version = exports.abi_version();
    if (version !== wordPieceAbiVersion) {
      const message = `WordPiece ABI ${version}, expected ${wordPieceAbiVersion}; use the module that came with this version`;
      throw new ChelatedError('wasm_unavailable', message);
    }
    return new WordPieceModule(exports, vocabulary);
  }

  private constructor(exports: WordPieceExports, vocabulary: WordPieceVocabulary) {
    this.#exports = exports;
    this.#bytes = new Uint8Array(exports.memory.buffer);
    this.#words = new Uint32Array(exports.memory.buffer);
    const { texts, offsets, kinds, unknown, maxCharacters, flags } = vocabulary;
    this.#idsPerToken = flags >> wordBucketShift ? idsPerToken : 1;
    const prefix = this.#encoder.encode(vocabulary.prefix);
    const parts = [offsets, kinds, texts, prefix].map(
      (part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength),
    );
    let end = exports.heap_base() >>> 0;
    const places = parts.map((part) => {
      const place = end;
      end = (place + part.byteLength + 15) & ~15;
      return place;
    });
    this.#reserve(end);
    for (const [i, part] of parts.entries()) this.#bytes.set(part, places[i]!);
    const [offsetsAt, kindsAt, textsAt, prefixAt] = places;
    const needed = exports.wordpiece_bytes(kindsAt!, kinds.length, maxCharacters) >>> 0;
    this.#model = end;
    this.#free = (end + needed + 15) & ~15;
    this.#reserve(this.#free);
    const text = [textsAt!, texts.length, offsetsAt!, kindsAt!, kinds.length, prefixAt!, prefix.length] as const;
    if (needed === 0 || exports.wordpiece_open(...text, unknown, maxCharacters, flags, this.#model) !== 1) {
      throw new ChelatedError(
        'invalid_input',
        `not a WordPiece vocabulary: ${kinds.length} tokens, unknown ${unknown}`,
      );
    }
  }

  /** Ids of a text, at most `maxTokens` of them, those of buckets not counted. Lone surrogates count as U+FFFD. */
  encode(text: string, maxTokens: number): Uint32Array {
    const place = this.#place(1, 3 * text.length, maxTokens);
    const { written } = this.#encoder.encodeInto(text, this.#bytes.subarray(place.text, place.text + 3 * text.length));
    this.#words[place.offsets >> 2] = 0;
    this.#words[(place.offsets >> 2) + 1] = written;
    return this.#run(place, 1, written, maxTokens);
  }

  /**
   * Ids of n texts in one call, each cut at `maxTokens`; what is not UTF-8 counts as U+FFFD.
   *
   * Shape   texts (bytes) · offsets (n + 1), ascending · text i has the ids rows[i] … rows[i + 1]
   */
  encodeUtf8(texts: Uint8Array, offsets: Uint32Array, maxTokens: number): { ids: Uint32Array; rows: Uint32Array } {
    const n = Math.max(0, offsets.length - 1);
    const place = this.#place(n, texts.length, maxTokens);
    this.#bytes.set(texts, place.text);
    this.#words.set(offsets, place.offsets >> 2);
    const ids = this.#run(place, n, texts.length, maxTokens);
    return { ids, rows: this.#words.slice(place.rows >> 2, (place.rows >> 2) + n + 1) };
  }

  #run(place: Place, n: number, bytes: number, maxTokens: number): Uint32Array {
    const { text, offsets, ids, room, rows } = place;
    const most = Math.min(maxTokens, bytes);
    const found = this.#exports.wordpiece_encode(this.#model, text, bytes, offsets, n, most, ids, room, rows);
    return this.#words.slice(ids >> 2, (ids >> 2) + Math.max(0, found));
  }

  /** Where a call's arguments and results lie, the memory reaching so far. */
  #place(n: number, bytes: number, maxTokens: number): Place {
    const room = this.#idsPerToken * Math.max(0, Math.min(n * maxTokens, bytes)); // never more tokens than bytes
    const rows = this.#free + 4 * (n + 1);
    const ids = rows + 4 * (n + 1);
    const text = ids + 4 * room;
    this.#reserve(text + bytes);
    return { offsets: this.#free, rows, ids, room, text };
  }

  #reserve(end: number): void {
    const { memory } = this.#exports;
    const more = end - memory.buffer.byteLength;
    if (more > 0) {
      try {
        memory.grow(Math.ceil(more / PAGE));
      } catch (cause) {
        throw new ChelatedError('too_large', `WordPiece memory cannot grow by ${more} bytes; shorten the text`, {
          cause,
        });
      }
    }
    if (this.#bytes.buffer !== memory.buffer) {
      this.#bytes = new Uint8Array(memory.buffer);
      this.#words = new Uint32Array(memory.buffer);
    }
  }
}
