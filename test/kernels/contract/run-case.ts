import type { KernelExports } from '../../../src/kernels/abi.ts';
import { offBound } from '../../helpers/tolerance.ts';
import { bytesOf, type KernelBuffer, type KernelCase } from './buffers.ts';

const GUARD = 64;
const GUARD_BYTE = 0xa5;

/** What a case found wrong: numbers off their bound, or bytes that changed and should not have. */
export interface CaseReport {
  readonly wrong: string | null;
  readonly touched: string | null;
}

/**
 * Lays the buffers out with guard bytes between them, buffer i at an address that is `shift + step·i` beyond a multiple of 16,
 * calls, compares, and looks at every byte that no output owns.
 */
export function runCase(exports: KernelExports, { buffers, calls }: KernelCase, shift = 0, step = 0): CaseReport {
  const places = new Map<string, number>();
  const base = exports.heap_base() >>> 0;
  let end = base;
  Object.entries(buffers).forEach(([name, buffer], i) => {
    const at = Math.ceil((end + GUARD) / 16) * 16 + ((shift + step * i) % 16);
    places.set(name, at);
    end = at + bytesOf(buffer);
  });
  end += GUARD;
  const missing = end - exports.memory.buffer.byteLength;
  if (missing > 0) exports.memory_grow(Math.ceil(missing / 65_536));
  const memory = new Uint8Array(exports.memory.buffer, base, end - base);
  memory.fill(GUARD_BYTE);
  for (const [name, buffer] of Object.entries(buffers)) {
    const at = places.get(name)! - base;
    if (buffer.role === 'state') memory.fill(0, at, at + buffer.bytes);
    if ('data' in buffer) memory.set(raw(buffer.data), at);
  }
  const before = memory.slice();
  let wrong: string | null = null;
  for (const call of calls) {
    const parameters = call.arguments.map((v) => (typeof v === 'string' ? places.get(v)! : v));
    const kernel = exports[call.export as keyof KernelExports] as (...parameters: number[]) => number;
    const got = kernel(...parameters);
    if (call.returns) wrong ??= offBound([got], [call.returns.expected], [call.returns.bound]);
  }
  for (const [name, buffer] of Object.entries(buffers)) {
    const at = places.get(name)! - base;
    const size = bytesOf(buffer);
    if ('expected' in buffer) {
      const off = offBound(read(buffer, memory.slice(at, at + size)), buffer.expected, buffer.bound);
      if (off) wrong ??= `${name} ${off}`;
    }
    if (buffer.role !== 'in') before.set(memory.subarray(at, at + size), at); // its own: may change
  }
  if (Buffer.compare(before, memory) === 0) return { wrong, touched: null };
  const byte = before.findIndex((v, i) => v !== memory[i]);
  return { wrong, touched: `byte ${byte} of ${memory.length} changed` };
}

function read(buffer: KernelBuffer, bytes: Uint8Array<ArrayBuffer>): ArrayLike<number> {
  if (buffer.role === 'out' && buffer.type === 'f64') return new Float64Array(bytes.buffer);
  if (buffer.role === 'out' && buffer.type === 'u32') return new Uint32Array(bytes.buffer);
  return new Float32Array(bytes.buffer);
}

function raw(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
