import { config } from '../config.ts';
import { type Matrix, matrix } from '../matrix.ts';
import type { Arena } from './arena.ts';
import { checkSameShape } from './check.ts';

/** Rows of d numbers that make one block. */
export function blockRows(dims: number): number {
  return Math.max(1, Math.floor(config.kernels.blockBytes / (4 * Math.max(1, dims))));
}

/**
 * Runs a kernel that maps rows of its inputs to rows of one output: block by block, copy in, run, copy out.
 * The output lies over the first input, which the kernels used here allow.
 */
function mapRows(
  arena: Arena,
  inputs: readonly Matrix[],
  run: (blocks: readonly number[], out: number, rows: number) => void,
): Matrix {
  const { rows, dims } = inputs[0]!;
  const out = matrix(rows, dims);
  if (out.data.length === 0) return out;
  const step = Math.min(rows, blockRows(dims));
  arena.scratch(
    inputs.map(() => step * dims * 4),
    (...blocks) => {
      for (let i = 0; i < rows; i += step) {
        const n = Math.min(step, rows - i);
        const [from, to] = [i * dims, (i + n) * dims];
        inputs.forEach(({ data }, which) => {
          arena.f32(blocks[which]!, n * dims).set(n === rows ? data : data.subarray(from, to));
        });
        run(blocks, blocks[0]!, n);
        out.data.set(arena.f32(blocks[0]!, n * dims), from);
      }
    },
  );
  return out;
}

export function normalizeF32(arena: Arena, X: Matrix): Matrix {
  return mapRows(arena, [X], ([x], y, n) => {
    arena.exports.normalize_f32(x!, y, n, X.dims);
  });
}

export function homeostaticPushF32(arena: Arena, X: Matrix, C: Matrix, eta: number): Matrix {
  checkSameShape('homeostaticPush', X, C);
  return mapRows(arena, [X, C], ([x, c], h, n) => {
    arena.exports.homeostatic_push_f32(x!, c!, h, n, X.dims, eta);
  });
}

export function blendF32(
  arena: Arena,
  H: Matrix,
  T: Matrix,
  alpha: number,
  onVanished?: (rows: number) => void,
): Matrix {
  checkSameShape('blend', H, T);
  let vanished = 0;
  const out = mapRows(arena, [H, T], ([h, t], y, n) => {
    vanished += arena.exports.blend_f32(h!, t!, y, n, H.dims, alpha);
  });
  if (vanished > 0) onVanished?.(vanished);
  return out;
}
