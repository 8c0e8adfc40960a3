import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import { type Matrix, matrix } from '../matrix.ts';
import type { Arena } from './arena.ts';
import { checkEqual, checkRows } from './check.ts';
import type { GrowingRows } from './kernels.ts';
import { runs } from './runs.ts';

interface Chunk {
  readonly at: number;
  readonly first: number; // number of its first row
  readonly room: number; // rows
}

/**
 * Growing rows in the arena. The first chunks are small, each twice the one before, so that a collection of ten documents costs
 * little; the later ones have one size, so that what one index gives back, another takes without a gap.
 */
export class Chunks implements GrowingRows {
  readonly dims: number;
  readonly #arena: Arena;
  readonly #largest: number; // rows
  #chunks: Chunk[] | null = [];
  #rows = 0;

  constructor(arena: Arena, dims: number) {
    this.dims = dims;
    this.#arena = arena;
    this.#largest = Math.max(1, Math.floor(config.kernels.chunkBytes / (4 * Math.max(1, dims))));
  }

  get rows(): number {
    this.#live();
    return this.#rows;
  }

  append(X: Matrix): void {
    const chunks = this.#live();
    checkEqual('append: width of the rows', this.dims, X.dims);
    // All the memory first: an append that fails has added nothing.
    for (let room = this.#room(); room < this.#rows + X.rows; room = this.#room()) {
      const rows = Math.min(this.#largest, config.kernels.firstChunkRows * 2 ** Math.min(chunks.length, 30));
      chunks.push({ at: this.#arena.take(rows * this.dims * 4), first: room, room: rows });
    }
    const from = this.#rows;
    this.#rows += X.rows;
    this.set(from, X);
  }

  set(at: number, X: Matrix): void {
    checkRows('set', at, X.rows, this.rows);
    checkEqual('set: width of the rows', this.dims, X.dims);
    this.#pieces(at, X.rows, (here, done, count) => {
      here.set(X.data.subarray(done * this.dims, (done + count) * this.dims));
    });
  }

  pick(rows: ArrayLike<number>): Matrix {
    this.#live();
    const picked = matrix(rows.length, this.dims);
    runs(rows, (first, at, length) => {
      checkRows('pick', first, length, this.#rows);
      this.#pieces(first, length, (here, done) => picked.data.set(here, (at + done) * this.dims));
    });
    return picked;
  }

  /** Each chunk that has rows: where it starts, how many it has, and the number of its first. */
  visit(arena: Arena, look: (at: number, count: number, first: number) => void): void {
    if (arena !== this.#arena) {
      throw new ChelatedError(
        'invalid_input',
        'growing rows of other kernels; search them with the kernels that made them',
      );
    }
    for (const { at, first, room } of this.#live()) {
      const count = Math.min(room, this.#rows - first);
      if (count > 0) look(at, count, first);
    }
  }

  free(): void {
    for (const { at } of this.#chunks ?? []) this.#arena.free(at);
    this.#chunks = null;
    this.#rows = 0;
  }

  /** Rows that there is memory for. */
  #room(): number {
    const last = this.#live().at(-1);
    return last ? last.first + last.room : 0;
  }

  /** Consecutive rows, a view of each chunk's part of them, and how many came before it and are in it. */
  #pieces(from: number, rows: number, visit: (here: Float32Array, done: number, count: number) => void): void {
    for (let done = 0; done < rows; ) {
      const { at, first, room } = this.#chunkOf(from + done);
      const count = Math.min(first + room - from - done, rows - done);
      visit(this.#arena.f32(at + (from + done - first) * this.dims * 4, count * this.dims), done, count);
      done += count;
    }
  }

  #chunkOf(row: number): Chunk {
    const chunks = this.#live();
    let [low, high] = [0, chunks.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (chunks[middle]!.first <= row) low = middle;
      else high = middle - 1;
    }
    return chunks[low]!;
  }

  #live(): Chunk[] {
    if (this.#chunks === null) {
      throw new ChelatedError('invalid_input', 'growing rows used after free(); make them again');
    }
    return this.#chunks;
  }
}
