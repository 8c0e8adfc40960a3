import { blend } from '../../../src/kernels/reference/blend.ts';
import { homeostaticPush } from '../../../src/kernels/reference/homeostatic-push.ts';
import { normalize } from '../../../src/kernels/reference/normalize.ts';
import { type Matrix, matrix } from '../../../src/matrix.ts';
import { constants, least, u } from '../../helpers/tolerance.ts';
import type { Fill, KernelCase } from './buffers.ts';

/** Rows of a case: three, so that a wrong stride shows. */
const N = 3;

export function normalizeCase(d: number, fill: Fill): KernelCase {
  const x = fill(N * d, 1);
  const expected = normalize(matrix(N, d, x));
  const bound = expected.map((v) => constants.normalize * u * Math.abs(v) + least);
  return {
    buffers: { x: { role: 'in', data: x }, y: { role: 'out', type: 'f32', expected, bound } },
    calls: [{ export: 'normalize_f32', arguments: ['x', 'y', N, d] }],
  };
}

export function homeostaticPushCase(d: number, fill: Fill): KernelCase {
  const [x, c, eta] = [fill(N * d, 1), fill(N * d, 2), Math.fround(0.1)];
  const X = matrix(N, d, x);
  const expected = homeostaticPush(X, matrix(N, d, c), eta);
  const bound = rowBounds(X, constants.push, (i) => {
    const distance = norm(d, (j) => x[i * d + j]! - c[i * d + j]!);
    const s = distance < 1e-6 ? 0 : eta / distance;
    const length = norm(d, (j) => x[i * d + j]! + s * (x[i * d + j]! - c[i * d + j]!));
    return (j) => ((1 + s) * Math.abs(x[i * d + j]!) + s * Math.abs(c[i * d + j]!)) / length;
  });
  return {
    buffers: {
      x: { role: 'in', data: x },
      c: { role: 'in', data: c },
      h: { role: 'out', type: 'f32', expected, bound },
    },
    calls: [{ export: 'homeostatic_push_f32', arguments: ['x', 'c', 'h', N, d, eta] }],
  };
}

export function blendCase(d: number, fill: Fill): KernelCase {
  const [h, t, alpha] = [fill(N * d, 1), fill(N * d, 2), Math.fround(0.3)];
  const H = matrix(N, d, h);
  const { data: expected, vanished } = blend(H, matrix(N, d, t), alpha);
  const a = Math.fround(1 - alpha);
  const bound = rowBounds(H, constants.blend, (i) => {
    const length = norm(d, (j) => a * h[i * d + j]! + alpha * t[i * d + j]!);
    return (j) => (Math.abs(a * h[i * d + j]!) + Math.abs(alpha * t[i * d + j]!)) / length;
  });
  return {
    buffers: {
      h: { role: 'in', data: h },
      t: { role: 'in', data: t },
      y: { role: 'out', type: 'f32', expected, bound },
    },
    calls: [
      {
        export: 'blend_f32',
        arguments: ['h', 't', 'y', N, d, alpha],
        returns: { expected: vanished, bound: 0 },
      },
    ],
  };
}

/** c·u·‖w‖·w row by row: w is what the terms would be if none cancelled. */
function rowBounds(X: Matrix, c: number, terms: (i: number) => (j: number) => number): Float64Array {
  const out = new Float64Array(X.data.length);
  for (let i = 0; i < X.rows; i++) {
    const w = terms(i);
    const whole = Math.max(1, norm(X.dims, w) || 1);
    for (let j = 0; j < X.dims; j++) out[i * X.dims + j] = c * u * whole * (w(j) || 0) + least;
  }
  return out;
}

function norm(d: number, v: (j: number) => number): number {
  let sum = 0;
  for (let j = 0; j < d; j++) sum += v(j) ** 2;
  return Math.sqrt(sum);
}
