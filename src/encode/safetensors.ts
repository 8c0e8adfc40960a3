import { z } from 'zod';
import { ChelatedError } from '../errors.ts';
import { fromFloat16, toFloat16 } from './float16.ts';

// Own code: no kept library reads and writes the format; it is a length, a JSON header and the numbers.

const sizes = { F32: 4, F16: 2, I8: 1, U8: 1, U32: 4 } as const;

/** A tensor of a .safetensors file, row-major. f16 is read as f32. */
export interface SafeTensor {
  readonly dtype: keyof typeof sizes;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int8Array | Uint8Array | Uint32Array;
}

export interface SafeTensors {
  readonly tensors: ReadonlyMap<string, SafeTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The tensors of a .safetensors file: f32, f16 (as f32), int8, and unsigned bytes and integers of 32 bits. A file with any other type is refused.
 *
 * Source  https://github.com/huggingface/safetensors (format)
 * @throws {ChelatedError} invalid_input, dtype_unsupported, shape_mismatch
 * @example
 * const tensor = { dtype: 'F32', shape: [1, 2], data: new Float32Array([1, 2]) };
 * const { tensors } = readSafetensors(writeSafetensors({ embeddings: tensor }));
 * Array.from(tensors.get('embeddings').data); // => [1, 2]
 */
export function readSafetensors(bytes: Uint8Array, name = '.safetensors file'): SafeTensors {
  const { header, start } = readHeader(bytes, name);
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = new Map<string, SafeTensor>();
  for (const [key, entry] of Object.entries(entries)) {
    tensors.set(key, readTensor(bytes.subarray(start), entry, `${name}: ${key}`));
  }
  return { tensors, metadata };
}

/** The bytes of a .safetensors file, tensors in the order given; numbers start at a multiple of 8. */
export function writeSafetensors(
  tensors: Readonly<Record<string, SafeTensor>>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  const header: Record<string, unknown> = metadata ? { __metadata__: metadata } : {};
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (const [key, { dtype, shape, data }] of Object.entries(tensors)) {
    const numbers = dtype === 'F16' ? toFloat16(Float32Array.from(data)) : data;
    const chunk = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
    header[key] = { dtype, shape, data_offsets: [at, at + chunk.length] };
    at += chunk.length;
    chunks.push(chunk);
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded + at).fill(32, 8 + json.length, 8 + padded);
  new DataView(bytes.buffer).setUint32(0, padded, true);
  bytes.set(json, 8);
  let to = 8 + padded;
  for (const chunk of chunks) {
    bytes.set(chunk, to);
    to += chunk.length;
  }
  return bytes;
}

const entry = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
const headerShape = z.object({ __metadata__: z.record(z.string(), z.string()).optional() }).catchall(entry);

function readHeader(bytes: Uint8Array, name: string): { header: z.output<typeof headerShape>; start: number } {
  try {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const start = 8 + Number(view.getBigUint64(0, true));
    // `fatal`: a cut within a character must not read as another one. Past the end, JSON.parse meets a cut header.
    const json = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, start));
    return { header: headerShape.parse(JSON.parse(json)), start };
  } catch (cause) {
    throw new ChelatedError('invalid_input', `${name}: is not a .safetensors file, or is cut short`, { cause });
  }
}

function readTensor(
  data: Uint8Array,
  { dtype, shape, data_offsets: [from, to] }: z.output<typeof entry>,
  name: string,
): SafeTensor {
  if (!isRead(dtype)) {
    const expected = `expected ${Object.keys(sizes).join(', ')}`;
    throw new ChelatedError('dtype_unsupported', `${name}: ${expected}, got ${dtype}; save it as float32`);
  }
  const expected = shape.reduce((product, size) => product * size, sizes[dtype]);
  if (to - from !== expected || to > data.length) {
    const got = `${Math.max(0, Math.min(to, data.length) - from)}`;
    throw new ChelatedError(
      'shape_mismatch',
      `${name}: ${dtype} of shape [${shape}] needs ${expected} bytes, got ${got}; is it cut short?`,
    );
  }
  // A copy of its own, aligned for every type; `slice` would not be one where `data` is a Node Buffer.
  const { buffer } = new Uint8Array(data.subarray(from, to));
  if (dtype === 'I8') return { dtype, shape, data: new Int8Array(buffer) };
  if (dtype === 'U8') return { dtype, shape, data: new Uint8Array(buffer) };
  if (dtype === 'U32') return { dtype, shape, data: new Uint32Array(buffer) };
  return { dtype, shape, data: dtype === 'F16' ? fromFloat16(new Uint16Array(buffer)) : new Float32Array(buffer) };
}

const isRead = (dtype: string): dtype is keyof typeof sizes => Object.hasOwn(sizes, dtype);
