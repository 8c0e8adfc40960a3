import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import { type Matrix, matrix } from '../matrix.ts';
import type { Arena } from './arena.ts';
import { checkEqual, checkRow } from './check.ts';
import type { GrowingRows } from './kernels.ts';

/** Growing rows in the arena, in chunks of one size: what one index gives back, another takes without a gap. */
export class Chunks implements GrowingRows {
  readonly dims: number;
  readonly #arena: Arena;
  readonly #chunkRows: number;
  #chunks: number[] | null = [];
  #rows = 0;

  constructor(arena: Arena, dims: number) {
    this.dims = dims;
    this.#arena = arena;
    this.#chunkRows = Math.max(1, Math.floor(config.kernels.chunkBytes / (4 * Math.max(1, dims))));
  }

  get rows(): number {
    this.#live();
    return this.#rows;
  }

  append(X: Matrix): void {
    const chunks = this.#live();
    checkEqual('append: width of the rows', this.dims, X.dims);
    // All the memory first: an append that fails has added nothing.
    const needed = Math.ceil((this.#rows + X.rows) / this.#chunkRows);
    while (chunks.length < needed) chunks.push(this.#arena.take(this.#chunkRows * this.dims * 4));
    for (let i = 0; i < X.rows; ) {
      const room = this.#chunkRows - (this.#rows % this.#chunkRows);
      const count = Math.min(room, X.rows - i);
      const numbers = X.data.subarray(i * this.dims, (i + count) * this.dims);
      this.#arena.f32(this.#address(this.#rows), numbers.length).set(numbers);
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
    for (const [i, at] of this.#live().entries()) {
      const first = i * this.#chunkRows;
      const count = Math.min(this.#chunkRows, this.#rows - first);
      if (count > 0) look(at, count, first);
    }
  }

  free(): void {
    for (const at of this.#chunks ?? []) this.#arena.free(at);
    this.#chunks = null;
    this.#rows = 0;
  }

  #address(at: number): number {
    return this.#live()[Math.floor(at / this.#chunkRows)]! + (at % this.#chunkRows) * this.dims * 4;
  }

  #live(): number[] {
    if (this.#chunks === null) {
      throw new ChelatedError('invalid_input', 'growing rows used after free(); make them again');
    }
    return this.#chunks;
  }
}
