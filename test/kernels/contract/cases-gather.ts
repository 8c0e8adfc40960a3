import type { SparseRows } from '../../../src/kernels/kernels.ts';
import { dequantize } from '../../../src/kernels/reference/dequantize.ts';
import { centroid, contextDots, embeddingBag } from '../../../src/kernels/reference/gather.ts';
import { matrix } from '../../../src/matrix.ts';
import { constants, least, u } from '../../helpers/tolerance.ts';
import type { Fill, KernelBuffer, KernelCase } from './buffers.ts';
import { ordinary } from './fills.ts';

const ROWS = 7;
/** An empty row, a repeated id, one entry, many. */
const lists = [[2, 0, 6], [], [5, 5], [1], [0, 1, 2, 3, 4, 5, 6, 0, 3]];
const ids = Uint32Array.from(lists.flat());
const offsets = Uint32Array.from([0, 3, 3, 5, 6, 15]);

interface Table {
  readonly data: Float32Array; // as f32, whatever it is stored as
  readonly buffers: Record<string, KernelBuffer>;
  readonly names: string[];
  readonly suffix: 'f32' | 'i8';
}

function f32Table(d: number, fill: Fill): Table {
  const data = fill(ROWS * d, 1);
  return { data, buffers: { table: { role: 'in', data } }, names: ['table'], suffix: 'f32' };
}

function int8Table(d: number, fill: Fill): Table {
  const data = Int8Array.from(ordinary(ROWS * d, 1), (v) => 127 * v);
  const scales = fill(ROWS, 3);
  const wide = Float32Array.from(dequantize({ rows: ROWS, dims: d, data, scales }));
  const buffers: Record<string, KernelBuffer> = {
    table: { role: 'in', data },
    scales: { role: 'in', data: scales },
  };
  return { data: wide, buffers, names: ['table', 'scales'], suffix: 'i8' };
}

function bagCase(d: number, table: Table, c: (m: number) => number): KernelCase {
  const values = ordinary(ids.length, 5);
  const X = matrix(ROWS, d, table.data);
  const S: SparseRows = { rows: lists.length, columns: ROWS, offsets, ids, values };
  const expected = embeddingBag(X, S);
  const sums = embeddingBag(matrix(ROWS, d, table.data.map(Math.abs)), { ...S, values: values.map(Math.abs) });
  return sparseCase('embedding_bag', d, table, ['ids', 'values'], expected, gatherBound(d, sums, c), values);
}

function meanCase(d: number, table: Table, c: (m: number) => number): KernelCase {
  const X = matrix(ROWS, d, table.data);
  const S: SparseRows = { rows: lists.length, columns: ROWS, offsets, ids, values: new Float32Array() };
  const sums = centroid(matrix(ROWS, d, table.data.map(Math.abs)), S);
  return sparseCase('centroid', d, table, ['ids'], centroid(X, S), gatherBound(d, sums, c), null);
}

export const embeddingBagCase = (d: number, fill: Fill) => bagCase(d, f32Table(d, fill), constants.gather);
export const embeddingBagInt8Case = (d: number, fill: Fill) => bagCase(d, int8Table(d, fill), constants.gatherInt8);
export const centroidCase = (d: number, fill: Fill) => meanCase(d, f32Table(d, fill), constants.centroid);
export const centroidInt8Case = (d: number, fill: Fill) => meanCase(d, int8Table(d, fill), constants.centroidInt8);

/** An empty row and a repeated id, in three rows: golden vectors are to stay small. */
export function contextDotsCase(d: number, fill: Fill): KernelCase {
  const [n, entries] = [3, offsets[3]!];
  const { data, buffers } = f32Table(d, fill);
  const tokens = ordinary(ROWS * d, 7);
  const values = ordinary(entries, 5);
  const S = { rows: n, columns: ROWS, offsets: offsets.slice(0, n + 1), ids: ids.slice(0, entries), values };
  const absolute = (numbers: Float32Array) => matrix(ROWS, d, numbers.map(Math.abs));
  const sums = contextDots(absolute(data), absolute(tokens), { ...S, values: values.map(Math.abs) });
  const lists = ['ids', 'values', 'offsets', entries];
  return {
    buffers: {
      context: buffers.table!,
      tokens: { role: 'in', data: tokens },
      ids: { role: 'in', data: S.ids },
      values: { role: 'in', data: values },
      offsets: { role: 'in', data: S.offsets },
      out: {
        role: 'out',
        type: 'f32',
        expected: contextDots(matrix(ROWS, d, data), matrix(ROWS, d, tokens), S),
        bound: sums.map((sum) => constants.contextDots(d, 3) * u * sum + 8 * (d + 1) * least),
      },
      scratch: { role: 'state', bytes: 4 * d },
    },
    calls: [{ export: 'context_dots_f32', arguments: ['context', 'tokens', ROWS, ...lists, 'out', n, d, 'scratch'] }],
  };
}

export function dequantizeCase(d: number, fill: Fill): KernelCase {
  const { buffers } = int8Table(d, fill);
  const [table, scales] = [buffers.table!, buffers.scales!];
  if (table.role !== 'in' || scales.role !== 'in') throw new Error('table and scales are inputs');
  const expected = dequantize({
    rows: ROWS,
    dims: d,
    data: table.data as Int8Array,
    scales: scales.data as Float32Array,
  });
  const bound = expected.map((v) => constants.dequantize * u * Math.abs(v) + least);
  return {
    buffers: { table, scales, y: { role: 'out', type: 'f32', expected, bound } },
    calls: [{ export: 'dequantize_i8', arguments: ['table', 'scales', 'y', ROWS, d] }],
  };
}

function gatherBound(d: number, sums: Float64Array, c: (m: number) => number): Float64Array {
  return sums.map((sum, at) => {
    const m = lists[Math.floor(at / d)]!.length;
    return c(m) * u * sum + 128 * (m + 1) * least; // a weight that was rounded near zero meets int8 rows of up to 127
  });
}

function sparseCase(
  name: string,
  d: number,
  table: Table,
  entries: string[],
  expected: Float64Array,
  bound: Float64Array,
  values: Float32Array | null,
): KernelCase {
  return {
    buffers: {
      ...table.buffers,
      ids: { role: 'in', data: ids },
      ...(values ? { values: { role: 'in' as const, data: values } } : {}),
      offsets: { role: 'in', data: offsets },
      y: { role: 'out', type: 'f32', expected, bound },
    },
    calls: [
      {
        export: `${name}_${table.suffix}`,
        arguments: [...table.names, ROWS, ...entries, 'offsets', ids.length, 'y', lists.length, d],
      },
    ],
  };
}
