import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import { type Matrix, matrix } from '../matrix.ts';
import type { Arena } from './arena.ts';
import { checkEqual, checkRow } from './check.ts';
import type { GrowingRows } from './kernels.ts';

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
    for (let i = 0; i < X.rows; ) {
      const { at, first, room } = this.#chunkOf(this.#rows);
      const count = Math.min(first + room - this.#rows, X.rows - i);
      const numbers = X.data.subarray(i * this.dims, (i + count) * this.dims);
      this.#arena.f32(at + (this.#rows - first) * this.dims * 4, numbers.length).set(numbers);
      this.#rows += count;
      i += count;
    }
  }

  set(at: number, x: Float32Array): void {
    this.#live();
    checkRow('set', at, this.#rows);
    checkEqual('set: width of the row', this.dims, x.length);
    this.#arena.f32(this.#address(at), this.dims).set(x);
  }

  pick(rows: ArrayLike<number>): Matrix {
    this.#live();
    const picked = matrix(rows.length, this.dims);
    for (let i = 0; i < rows.length; i++) {
      checkRow('pick', rows[i]!, this.#rows);
      picked.data.set(this.#arena.f32(this.#address(rows[i]!), this.dims), i * this.dims);
    }
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

  #address(row: number): number {
    const { at, first } = this.#chunkOf(row);
    return at + (row - first) * this.dims * 4;
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
