import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import { type Matrix, matrix } from '../matrix.ts';
import type { Arena } from './arena.ts';
import { checkEqual } from './check.ts';
import { Held } from './held.ts';
import type { ResidentMap } from './kernels.ts';
import { gemmF32 } from './products.ts';

/** Columns of a strip: what `gemv_t_f32` sums at once. */
const WIDTH = 32;

/**
 * A map in the arena twice: as it is, for many rows at a time, and in strips of 32 columns, for few. A strip is read from its
 * start to its end, which is what caches are good at: half the time of a product with the rows of its transpose.
 */
export class Strips implements ResidentMap {
  readonly rows: number;
  readonly dims: number;
  readonly #arena: Arena;
  readonly #whole: Held;
  #strips: number | null;

  constructor(arena: Arena, M: Matrix) {
    this.rows = M.rows;
    this.dims = M.dims;
    this.#arena = arena;
    this.#whole = new Held(arena, M);
    try {
      this.#strips = arena.take(M.data.length * 4);
    } catch (error) {
      this.#whole.free();
      throw error;
    }
    const numbers = arena.f32(this.#strips, M.data.length);
    let at = 0;
    this.#visit((j, width) => {
      for (let i = 0; i < M.rows; i++, at += width)
        numbers.set(M.data.subarray(i * M.dims + j, i * M.dims + j + width), at);
    });
  }

  apply(X: Matrix): Matrix {
    const [arena, strips] = [this.#arena, this.#strips];
    if (strips === null) throw new ChelatedError('invalid_input', 'resident map used after free(); hold it again');
    checkEqual('apply: width of the rows', this.rows, X.dims);
    if (X.rows > config.kernels.fewRows) return gemmF32(arena, X, this.#whole);
    const [k, n] = [this.rows, this.dims];
    const Y = matrix(X.rows, n);
    arena.scratch([X.data.length * 4, Y.data.length * 4], (x, y) => {
      arena.f32(x!, X.data.length).set(X.data);
      this.#visit((j, width) => {
        for (let i = 0; i < X.rows; i++) {
          arena.exports.gemv_t_f32(strips + j * k * 4, x! + i * k * 4, y! + (i * n + j) * 4, k, width);
        }
      });
      Y.data.set(arena.f32(y!, Y.data.length));
    });
    return Y;
  }

  free(): void {
    if (this.#strips === null) return;
    this.#arena.free(this.#strips);
    this.#strips = null;
    this.#whole.free();
  }

  /** The first column and the width of each strip. */
  #visit(strip: (j: number, width: number) => void): void {
    for (let j = 0; j < this.dims; j += WIDTH) strip(j, Math.min(WIDTH, this.dims - j));
  }
}
