import { topK } from '../../../src/kernels/reference/top-k.ts';
import { matrix } from '../../../src/matrix.ts';
import type { Fill, KernelCase } from './buffers.ts';
import { ordinary } from './fills.ts';

const [ROWS, QUERIES, K] = [21, 7, 5]; // tiles of eight rows and a rest; a group of four queries and a rest

/** Numbers are multiples of a power of two and queries small integers, so that scores are exact, tie often, and must rank exactly. */
export function topKCase(d: number, fill: Fill): KernelCase {
  const x = coarse(fill(ROWS * d, 1));
  const q = ordinary(QUERIES * d, 2).map((v) => Math.round(4 * v));
  const found = topK(matrix(ROWS, d, x), matrix(QUERIES, d, q), K);
  const exact = new Float64Array(QUERIES * K);
  const half = Math.floor(ROWS / 2); // in two blocks
  const block = (first: number, n: number, at: string) => ({
    export: 'top_k_f32',
    arguments: [at, n, d, first, 'q', QUERIES, K, 'keys', 'sizes', 'scratch'],
  });
  return {
    buffers: {
      upper: { role: 'in', data: x.slice(0, half * d) },
      lower: { role: 'in', data: x.slice(half * d) },
      q: { role: 'in', data: q },
      keys: { role: 'state', bytes: QUERIES * K * 8 },
      sizes: { role: 'state', bytes: QUERIES * 4 },
      scratch: { role: 'state', bytes: 32 },
      indices: { role: 'out', type: 'u32', expected: Float64Array.from(found.indices), bound: exact },
      scores: { role: 'out', type: 'f32', expected: Float64Array.from(found.scores), bound: exact },
    },
    calls: [
      block(0, half, 'upper'),
      block(half, ROWS - half, 'lower'),
      { export: 'top_k_finish', arguments: ['keys', 'sizes', QUERIES, K, 'indices', 'scores'] },
    ],
  };
}

function coarse(x: Float32Array): Float32Array {
  const most = x.reduce((max, v) => (Number.isFinite(v) ? Math.max(max, Math.abs(v)) : max), 0);
  if (most === 0) return x;
  const step = Math.max(2 ** -149, 2 ** Math.floor(Math.log2(most / 8)));
  return x.map((v) => (Number.isFinite(v) ? Math.round(v / step) * step : v));
}
