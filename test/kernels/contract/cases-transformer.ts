import { addNorm } from '../../../src/kernels/reference/add-norm.ts';
import { attention } from '../../../src/kernels/reference/attention.ts';
import { dense } from '../../../src/kernels/reference/dense.ts';
import { gemm } from '../../../src/kernels/reference/products.ts';
import { matrix } from '../../../src/matrix.ts';
import { constants, gelu, least, u } from '../../helpers/tolerance.ts';
import type { Fill, KernelCase } from './buffers.ts';
import { ordinary } from './fills.ts';

const STRIP = 32;
/** Rows of a case, so that a wrong stride shows; and numbers between them that nobody reads. */
const [N, GAP] = [3, 2];
const abs = (x: Float32Array) => x.map(Math.abs);

/** Rows of d numbers with a gap behind each. */
function spread(x: Float32Array, d: number): Float32Array {
  const rows = new Float32Array(N * (d + GAP)).fill(7);
  for (let i = 0; i < N; i++) rows.set(x.subarray(i * d, (i + 1) * d), i * (d + GAP));
  return rows;
}

export function denseCase(d: number, fill: Fill, { isGelu = true, strips = 1 } = {}): KernelCase {
  const n = strips * STRIP;
  const [x, w, b] = [fill(N * d, 1), ordinary(d * n, 2), ordinary(n, 3)];
  const weight = matrix(
    d,
    n,
    w.map((_, at) => w[(Math.floor((at % n) / STRIP) * d + Math.floor(at / n)) * STRIP + (at % STRIP)]!),
  );
  const X = matrix(N, d, x);
  const z = dense(X, weight, b, false).data;
  const sums = gemm(matrix(N, d, abs(x)), matrix(d, n, abs(weight.data))).data;
  const expected = isGelu ? dense(X, weight, b, true).data : z;
  const bound = sums.map((sum, at) => {
    const off = (constants.gemm(d) + 1) * u * (sum + Math.abs(b[at % n]!)) + (d + 2) * least;
    return isGelu ? gelu.slope * off + gelu.bound(z[at]!) : off;
  });
  return {
    buffers: {
      x: { role: 'in', data: spread(x, d) },
      w: { role: 'in', data: w },
      b: { role: 'in', data: b },
      y: { role: 'out', type: 'f32', expected, bound },
    },
    calls: [{ export: 'dense_f32', arguments: ['x', d + GAP, 'w', 'b', 'y', n, N, strips, d, isGelu ? 1 : 0] }],
  };
}

/** Queries and keys are ordinary, so that products are in range; values are of the kind asked for. */
export function attentionCase([t, d]: readonly [number, number], fill: Fill, hasBias: boolean): KernelCase {
  const [stride, row] = [3 * d + 1, hasBias ? t : 0];
  const [q, k, v, bias] = [ordinary(t * d, 1), ordinary(t * d, 2), fill(t * d, 3), ordinary(t * t, 4)];
  const sides = new Float32Array(t * stride).fill(7);
  for (let i = 0; i < t; i++) {
    [q, k, v].forEach((side, which) => {
      sides.set(side.subarray(i * d, (i + 1) * d), i * stride + which * d);
    });
  }
  const at = (side: Float32Array) => (i: number, c: number) => side[i * d + c]!;
  const added = hasBias ? (i: number, j: number) => bias[i * t + j]! : (_: number, j: number) => bias[j]!;
  const given = [at(q), at(k)] as const;
  const expected = attention([t, d], [...given, at(v)], added);
  const sizes = attention([t, d], [...given, at(abs(v))], added);
  const bound = sizes.map((size) => constants.attention(t, d) * u * size + (t + 2) * least);
  return {
    buffers: {
      sides: { role: 'in', data: sides },
      bias: { role: 'in', data: bias },
      y: { role: 'out', type: 'f32', expected, bound },
      scratch: { role: 'state', bytes: attentionScratch(t, d) },
    },
    calls: [{ export: 'attention_f32', arguments: ['sides', d, stride, 'bias', row, 'y', d, t, d, 'scratch'] }],
  };
}

/** What attention_scratch_bytes answers. */
export function attentionScratch(t: number, d: number): number {
  const [wide, deep] = [Math.ceil(t / STRIP), Math.ceil(d / STRIP)];
  return (wide * d + deep * t + 65 * Math.max(wide, deep) + 64 * deep) * STRIP * 4;
}

export function addNormCase(d: number, fill: Fill, { isInPlace = false } = {}): KernelCase {
  const [x, r, gain, shift] = [fill(N * d, 1), ordinary(N * d, 2), ordinary(d, 3), ordinary(d, 4)];
  const epsilon = Math.fround(1e-12);
  const expected = addNorm(matrix(N, d, x), matrix(N, d, r), { gain, shift, epsilon });
  const bound = expected.map((y, at) => {
    const [i, j] = [Math.floor(at / d), at % d];
    const sums = Array.from({ length: d }, (_, c) => x[i * d + c]! + r[i * d + c]!);
    const mean = sums.reduce((a, b) => a + b, 0) / d;
    const factor = 1 / Math.sqrt(sums.reduce((a, b) => a + (b - mean) ** 2, 0) / d + epsilon);
    const most = Math.max(...sums.map(Math.abs));
    const unit = (sums[j]! - mean) * factor;
    const size = Math.abs(unit * gain[j]!) + Math.abs(shift[j]!) + Math.abs(y);
    return constants.addNorm * u * (size + most * factor * Math.abs(gain[j]!) * (1 + Math.abs(unit))) + least;
  });
  const p = Float32Array.of(...gain, ...shift, epsilon);
  const places = (at: string) => [at, d, 'r', d, 'p', isInPlace ? at : 'y', d, N, d];
  return {
    buffers: {
      x: isInPlace ? { role: 'inout', data: x, expected, bound } : { role: 'in', data: x },
      r: { role: 'in', data: r },
      p: { role: 'in', data: p },
      ...(isInPlace ? {} : { y: { role: 'out', type: 'f32', expected, bound } as const }),
    },
    calls: [{ export: 'add_norm_f32', arguments: places('x') }],
  };
}
