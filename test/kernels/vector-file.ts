import { abiVersion } from '../../src/kernels/abi.ts';
import { hostCases } from './contract/all-cases.ts';
import type { KernelBuffer, KernelCall, KernelCase } from './contract/buffers.ts';
import { type FillName, fills } from './contract/fills.ts';

/** Golden vectors of one export, as test/vectors/README.md describes them. */
interface VectorFile {
  readonly export: string;
  readonly abi: number;
  readonly cases: readonly {
    readonly name: string;
    readonly buffers: Record<string, StoredBuffer>;
    readonly calls: readonly StoredCall[];
  }[];
}

interface StoredCall {
  readonly export: string;
  readonly arguments: readonly (string | number)[];
  readonly returns?: { readonly expected: string; readonly bound: string };
}

interface StoredBuffer {
  readonly role: KernelBuffer['role'];
  readonly type?: 'f32' | 'f64' | 'u32' | 'i8';
  readonly bytes?: number;
  readonly data?: string;
  readonly expected?: string;
  readonly bound?: string;
}

const shapes: readonly (readonly [number, FillName])[] = [
  [1, 'ordinary'],
  [5, 'ordinary'],
  [37, 'ordinary'],
  [5, 'zero'],
  [5, 'NaN'],
  [5, 'Infinity'],
  [5, 'tiny'],
  [5, 'huge'],
];

/** File name → text, for every export that hosts run. */
export function vectorFiles(): Map<string, string> {
  const files = new Map<string, { name: string; made: KernelCase }[]>();
  for (const [title, make] of Object.entries(hostCases)) {
    const [kernel, way] = title.split(', ') as [string, string | undefined];
    const cases = files.get(kernel) ?? [];
    files.set(kernel, cases);
    for (const [d, fill] of shapes) {
      if (way && (d === 1 || fill !== 'ordinary')) continue; // the ways of gemm differ in layout, not in arithmetic
      cases.push({ name: `${way ? `${way}, ` : ''}${fill}, d = ${d}`, made: make(d, fills[fill]) });
    }
  }
  return new Map(
    [...files].map(([kernel, cases]) => {
      const file: VectorFile = {
        export: kernel,
        abi: abiVersion,
        cases: cases.map(({ name, made }) => ({
          name,
          buffers: Object.fromEntries(Object.entries(made.buffers).map(([key, buffer]) => [key, store(buffer)])),
          calls: made.calls.map(storeCall),
        })),
      };
      return [`${kernel}.json`, `${JSON.stringify(file, null, 1)}\n`];
    }),
  );
}

/** The cases of a file, ready to run. */
export function readVectorFile(text: string): { name: string; made: KernelCase }[] {
  const file = JSON.parse(text) as VectorFile;
  return file.cases.map(({ name, buffers, calls }) => ({
    name,
    made: {
      calls: calls.map(restoreCall),
      buffers: Object.fromEntries(Object.entries(buffers).map(([key, stored]) => [key, restore(stored)])),
    },
  }));
}

function storeCall({ returns, ...call }: KernelCall): StoredCall {
  if (!returns) return call;
  const one = (v: number) => base64(new Float64Array([v]));
  return { ...call, returns: { expected: one(returns.expected), bound: one(returns.bound) } };
}

function restoreCall({ returns, ...call }: StoredCall): KernelCall {
  if (!returns) return call;
  const one = (text: string) => new Float64Array(bytesIn(text))[0]!;
  return { ...call, returns: { expected: one(returns.expected), bound: one(returns.bound) } };
}

function store(buffer: KernelBuffer): StoredBuffer {
  if (buffer.role === 'state') return { role: 'state', bytes: buffer.bytes };
  const results = 'expected' in buffer ? { expected: base64(buffer.expected), bound: base64(buffer.bound) } : {};
  const data = 'data' in buffer ? { data: base64(buffer.data) } : {};
  return { role: buffer.role, type: 'data' in buffer ? typeOf(buffer.data) : buffer.type, ...data, ...results };
}

function restore({ role, type, bytes, data, expected, bound }: StoredBuffer): KernelBuffer {
  const f64 = (text: string) => new Float64Array(bytesIn(text));
  if (role === 'state') return { role, bytes: bytes! };
  if (role === 'in')
    return {
      role,
      data: new { f32: Float32Array, u32: Uint32Array, i8: Int8Array, f64: Float32Array }[type!](bytesIn(data!)),
    };
  const results = { expected: f64(expected!), bound: f64(bound!) };
  if (role === 'inout') return { role, data: new Float32Array(bytesIn(data!)), ...results };
  return { role, type: type as 'f32' | 'f64' | 'u32', ...results };
}

function typeOf(data: Float32Array | Uint32Array | Int8Array): 'f32' | 'u32' | 'i8' {
  if (data instanceof Float32Array) return 'f32';
  return data instanceof Uint32Array ? 'u32' : 'i8';
}

/** Little-endian bytes; every NaN as the one quiet NaN, since engines differ in its sign. */
function base64(data: Float32Array | Float64Array | Uint32Array | Int8Array): string {
  const bytes = Buffer.from(data.slice().buffer);
  data.forEach((v, i) => {
    if (!Number.isNaN(v)) return;
    if (data instanceof Float64Array) bytes.writeBigUInt64LE(0x7ff8000000000000n, i * 8);
    else bytes.writeUInt32LE(0x7fc00000, i * 4);
  });
  return bytes.toString('base64');
}

function bytesIn(text: string): ArrayBuffer {
  return Uint8Array.from(Buffer.from(text, 'base64')).buffer;
}
