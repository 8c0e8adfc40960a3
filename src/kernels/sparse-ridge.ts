import { config } from '../config.ts';
import { type Matrix, matrix } from '../matrix.ts';
import type { Arena } from './arena.ts';
import { checkRidge } from './check.ts';
import { compactColumns, transposeSparse } from './compact.ts';
import type { RidgeProgress, SparseRidgeOptions, SparseRidgeResult, SparseRows } from './kernels.ts';
import { rowsOfCall } from './lanes.ts';

/**
 * Conjugate gradients in their least-squares form: the residual of the data, r = Y − S·Z, is what is carried along, and
 * s = Sᵀr − λZ is the residual of the normal equations. Every column of Y has its own step lengths and stops by itself,
 * so a column's result does not depend on the block it was solved in. Vectors are f32, their inner products f64.
 *
 * Source  Hestenes & Stiefel 1952, §10; Björck 1996, "Numerical Methods for Least Squares Problems", §7.4 (CGLS)
 */
export function* sparseRidgeStepsF32(
  arena: Arena,
  S: SparseRows,
  Y: Matrix,
  options: SparseRidgeOptions,
): Generator<RidgeProgress, SparseRidgeResult> {
  checkRidge(S, Y, options);
  const d = Y.dims;
  const Z = matrix(S.columns, d);
  const { rows: compact, columns } = compactColumns(S);
  const width = Math.min(d, config.kernels.ridgeColumns);
  const blocks = Math.ceil(d / Math.max(1, width));
  const taken: number[] = [];
  const take = (bytes: number) => {
    taken.push(arena.take(bytes));
    return taken.at(-1)!;
  };
  let [iterations, residual] = [0, 0];
  try {
    const system: System = {
      arena,
      forward: holdSparse(arena, compact, take),
      backward: holdSparse(arena, transposeSparse(compact), take),
      lambda: options.lambda,
      z: take(compact.columns * width * 4),
      p: take(compact.columns * width * 4),
      s: take(compact.columns * width * 4),
      r: take(S.rows * width * 4),
      q: take(S.rows * width * 4),
      factors: take(width * 4),
      sums: take(width * 8),
    };
    for (let block = 0; block < blocks; block++) {
      const from = block * width;
      const b = Math.min(width, d - from);
      const solver = new ColumnBlock(system, b, options.tolerance);
      solver.start(Y, from);
      for (let i = 1; i <= options.maxIterations && !solver.done; i++) {
        solver.step();
        iterations = Math.max(iterations, i);
        const share = (block + i / options.maxIterations) / blocks;
        const progress = { block, blocks, iteration: i, residual: solver.residual, share };
        options.onIteration?.(i, solver.residual, progress);
        yield progress;
      }
      residual = Math.max(residual, solver.residual);
      const z = arena.f32(system.z, columns.length * b);
      columns.forEach((column, c) => {
        Z.data.set(z.subarray(c * b, (c + 1) * b), column * d + from);
        for (const j of solver.broken) Z.data[column * d + from + j] = Number.NaN;
      });
    }
  } finally {
    for (const at of taken) arena.free(at);
  }
  return { Z, iterations, residual };
}

/** Runs the steps to their end. */
export function drain<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

interface HeldSparse {
  readonly rows: number;
  readonly columns: number;
  readonly entries: number;
  readonly ids: number;
  readonly values: number;
  readonly offsets: number;
}

interface System {
  readonly arena: Arena;
  readonly forward: HeldSparse; // S (n, m)
  readonly backward: HeldSparse; // Sᵀ (m, n)
  readonly lambda: number;
  readonly z: number; // (m, b) the solution
  readonly p: number; // (m, b) the direction
  readonly s: number; // (m, b) residual of the normal equations
  readonly r: number; // (n, b) residual of the data
  readonly q: number; // (n, b) S·p
  readonly factors: number; // (b)
  readonly sums: number; // (b) f64
}

function holdSparse(arena: Arena, S: SparseRows, take: (bytes: number) => number): HeldSparse {
  const entries = S.ids.length;
  const [ids, values, offsets] = [take(entries * 4), take(entries * 4), take((S.rows + 1) * 4)];
  arena.u32(ids, entries).set(S.ids);
  arena.f32(values, entries).set(S.values);
  arena.u32(offsets, S.rows + 1).set(S.offsets);
  return { rows: S.rows, columns: S.columns, entries, ids, values, offsets };
}

/** Columns from … from + b of Y, solved together. */
class ColumnBlock {
  residual = 0; // largest ‖s‖/‖s₀‖
  done = false;
  readonly #system: System;
  readonly #b: number;
  readonly #tolerance: number;
  #start: Float64Array; // ‖s₀‖² of each column
  #now: Float64Array; // ‖s‖²
  #open: boolean[] = [];

  constructor(system: System, b: number, tolerance: number) {
    this.#system = system;
    this.#b = b;
    this.#tolerance = tolerance;
    this.#start = this.#now = new Float64Array(b);
  }

  /** Columns that are not numbers. */
  get broken(): number[] {
    return [...this.#now.keys()].filter((j) => Number.isNaN(this.#now[j]!));
  }

  start(Y: Matrix, from: number): void {
    const { arena, z, s, p, r, forward } = this.#system;
    const b = this.#b;
    const size = forward.columns * b;
    arena.f32(z, size).fill(0);
    const target = arena.f32(r, forward.rows * b);
    for (let i = 0; i < forward.rows; i++) {
      target.set(Y.data.subarray(i * Y.dims + from, i * Y.dims + from + b), i * b);
    }
    this.#bag(this.#system.backward, r, s);
    arena.f32(p, size).set(arena.f32(s, size));
    this.#start = this.#now = this.#squares(s, forward.columns);
    this.#open = Array.from({ length: b }, () => true);
    this.#judge();
  }

  step(): void {
    const { arena, z, p, s, r, q, forward, backward, lambda, factors } = this.#system;
    const { exports } = arena;
    const b = this.#b;
    this.#bag(forward, p, q);
    const data = this.#squares(q, forward.rows);
    const own = lambda === 0 ? null : this.#squares(p, forward.columns);
    const steps = this.#now.map((now, j) => (this.#open[j] ? now / (data[j]! + (own ? lambda * own[j]! : 0)) : 0));
    arena.f32(factors, b).set(steps);
    exports.axpy_columns_f32(factors, p, z, forward.columns, b);
    arena.f32(factors, b).set(steps.map((a) => -a));
    exports.axpy_columns_f32(factors, q, r, forward.rows, b);
    this.#bag(backward, r, s);
    if (lambda !== 0) exports.axpy_f32(-lambda, z, s, s, forward.columns * b);
    const before = this.#now;
    this.#now = this.#squares(s, forward.columns);
    arena.f32(factors, b).set(this.#now.map((now, j) => (this.#open[j] ? now / before[j]! : 0)));
    exports.xpby_columns_f32(s, factors, p, forward.columns, b);
    this.#judge();
  }

  /** Closes the columns that are done: solved, or not a number, which no step mends. */
  #judge(): void {
    const tolerance = this.#tolerance ** 2;
    this.residual = 0;
    this.#now.forEach((now, j) => {
      const start = this.#start[j]!;
      if (!(now > tolerance * start)) this.#open[j] = false;
      this.residual = Math.max(this.residual, start === 0 ? 0 : Math.sqrt(now / start)); // NaN stays
    });
    this.done = !this.#open.includes(true);
  }

  #bag(S: HeldSparse, table: number, y: number): void {
    const b = this.#b;
    const lanes = this.#system.arena.lanes(S.entries * b);
    const step = rowsOfCall(S.rows, lanes.count, S.rows, 1);
    for (let i = 0; i < S.rows; i += step) {
      const [offsets, out, rows] = [S.offsets + i * 4, y + i * b * 4, Math.min(step, S.rows - i)];
      lanes.add('embedding_bag_f32', [table, S.columns, S.ids, S.values, offsets, S.entries, out, rows, b]);
    }
    lanes.finish();
  }

  #squares(x: number, rows: number): Float64Array {
    const { arena, sums } = this.#system;
    arena.exports.column_squares_f32(x, sums, rows, this.#b);
    return arena.f64(sums, this.#b).slice();
  }
}
