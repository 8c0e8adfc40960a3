import { ChelatedError } from '../errors.ts';
import { type Matrix, matrix } from '../matrix.ts';
import type { Arena } from './arena.ts';
import { checkInt8 } from './check.ts';
import type { Int8Rows, Resident } from './kernels.ts';

/** A matrix in the arena. Pointers are asked for at each use, so that use after `free` is refused by name. */
export class Held implements Resident {
  readonly rows: number;
  readonly dims: number;
  readonly dtype: 'f32' | 'int8';
  readonly #arena: Arena;
  #block: number | null;
  #scales: number | null = null;

  constructor(arena: Arena, X: Matrix | Int8Rows) {
    this.rows = X.rows;
    this.dims = X.dims;
    this.#arena = arena;
    if ('scales' in X) {
      checkInt8(X);
      this.dtype = 'int8';
      this.#block = arena.take(X.data.length);
      try {
        this.#scales = arena.take(X.rows * 4);
      } catch (error) {
        arena.free(this.#block);
        throw error;
      }
      arena.i8(this.#block, X.data.length).set(X.data);
      arena.f32(this.#scales, X.rows).set(X.scales);
    } else {
      this.dtype = 'f32';
      this.#block = arena.take(X.data.length * 4);
      arena.f32(this.#block, X.data.length).set(X.data);
    }
  }

  /** Where the rows start in `arena`. */
  at(arena: Arena): number {
    if (this.#block === null) {
      throw new ChelatedError('invalid_input', 'resident matrix used after free(); hold it again');
    }
    if (arena !== this.#arena) {
      throw new ChelatedError(
        'invalid_input',
        'resident matrix of other kernels; hold it with the kernels that use it',
      );
    }
    return this.#block;
  }

  /** Where the scales of int8 rows start. */
  get scales(): number {
    return this.#scales ?? 0;
  }

  read(): Matrix {
    const at = this.at(this.#arena);
    const out = matrix(this.rows, this.dims);
    if (this.dtype === 'f32') {
      out.data.set(this.#arena.f32(at, out.data.length));
      return out;
    }
    const data = this.#arena.i8(at, out.data.length);
    const scales = this.#arena.f32(this.scales, this.rows);
    for (let i = 0; i < out.data.length; i++) out.data[i] = scales[Math.floor(i / this.dims)]! * data[i]!;
    return out;
  }

  free(): void {
    if (this.#block === null) return;
    this.#arena.free(this.#block);
    if (this.#scales !== null) this.#arena.free(this.#scales);
    this.#block = null;
    this.#scales = null;
  }
}

/** Runs with the matrix resident: as it is when it already is, else held for this call only. */
export function withHeld<T>(arena: Arena, X: Matrix | Resident, run: (held: Held) => T): T {
  if (X instanceof Held) return run(X);
  if ('free' in X) {
    throw new ChelatedError('invalid_input', 'resident matrix of other kernels; hold it with the kernels that use it');
  }
  const held = new Held(arena, X);
  try {
    return run(held);
  } finally {
    held.free();
  }
}

/** The same, as f32: int8 rows are written out for this call. */
export function withF32<T>(arena: Arena, X: Matrix | Resident, run: (at: number) => T): T {
  return withHeld(arena, X, (held) => {
    const from = held.at(arena);
    if (held.dtype === 'f32') return run(from);
    return arena.scratch([held.rows * held.dims * 4], (at) => {
      arena.exports.dequantize_i8(from, held.scales, at!, held.rows, held.dims);
      return run(at!);
    });
  });
}
