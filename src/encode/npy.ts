import { ChelatedError } from '../errors.ts';
import { type Matrix, matrix } from '../matrix.ts';
import { fromFloat16, toFloat16 } from './float16.ts';

// Own code: npyjs cannot write f16, does not check that the data is as long as the shape says, and brings a fetch stack.

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY

/** The numbers of each .npy type that is read; the bytes are the whole data, aligned. */
const readers: Record<string, { size: number; read: (bytes: ArrayBuffer) => Float32Array }> = {
  '<f2': { size: 2, read: (bytes) => fromFloat16(new Uint16Array(bytes)) },
  '<f4': { size: 4, read: (bytes) => new Float32Array(bytes) },
  '<f8': { size: 8, read: (bytes) => Float32Array.from(new Float64Array(bytes)) },
};

/**
 * The rows of a .npy file (NumPy's format, versions 1 to 3): two-dimensional, C order, little-endian f16, f32 or f64.
 *
 * Shape   (n, d) → n rows of d, as f32
 * Source  https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 * @throws {ChelatedError} invalid_input, dtype_unsupported, shape_mismatch (not two-dimensional, or not as long as its shape)
 * @example
 * const X = readNpy(writeNpy({ rows: 2, dims: 1, data: new Float32Array([1, -0.5]) }, 'f16'));
 * [X.rows, X.dims, ...X.data]; // => [2, 1, 1, -0.5]
 */
export function readNpy(bytes: Uint8Array, name = '.npy file'): Matrix {
  const { header, start } = readHeader(bytes, name);
  const type = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const shape = /'shape'\s*:\s*\(([^)]*)\)/.exec(header)?.[1];
  if (!order || shape === undefined) throw new ChelatedError('invalid_input', `${name}: its header is not .npy's`);
  const reader = readers[type ?? ''];
  if (!reader) {
    const got = type ?? 'a structured type';
    throw new ChelatedError(
      'dtype_unsupported',
      `${name}: expected <f2, <f4 or <f8 numbers, got ${got}; save it as float32`,
    );
  }
  const [, rows, dims] = /^\s*(\d+)\s*,\s*(\d+)\s*,?\s*$/.exec(shape)?.map(Number) ?? [];
  if (rows === undefined || dims === undefined) {
    throw new ChelatedError('shape_mismatch', `${name}: expected rows and columns, got shape (${shape})`);
  }
  if (order === 'True') {
    throw new ChelatedError('invalid_input', `${name}: is in Fortran order; save numpy.ascontiguousarray(x)`);
  }
  const expected = rows * dims * reader.size;
  if (bytes.length - start !== expected) {
    const got = `${bytes.length - start} bytes of numbers`;
    throw new ChelatedError(
      'shape_mismatch',
      `${name}: shape (${shape}) of ${type} needs ${expected} bytes, got ${got}; is it cut short?`,
    );
  }
  return matrix(rows, dims, reader.read(copyOf(bytes, start)));
}

/** The bytes of a .npy file (version 1.0) with these rows; f16 rounds to nearest. */
export function writeNpy(X: Matrix, dtype: 'f16' | 'f32' = 'f32'): Uint8Array {
  const data = dtype === 'f16' ? toFloat16(X.data) : X.data;
  const descr = dtype === 'f16' ? '<f2' : '<f4';
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${X.rows}, ${X.dims}), }`;
  // NumPy wants the numbers at a multiple of 64 bytes, and a line end before them.
  const header = `${dictionary.padEnd(Math.ceil((dictionary.length + 11) / 64) * 64 - 11)}\n`;
  const bytes = new Uint8Array(10 + header.length + data.byteLength);
  bytes.set([...magic, 1, 0, header.length & 255, header.length >> 8]);
  bytes.set(new TextEncoder().encode(header), 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + header.length);
  return bytes;
}

function readHeader(bytes: Uint8Array, name: string): { header: string; start: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || magic.some((byte, i) => bytes[i] !== byte)) {
    throw new ChelatedError('invalid_input', `${name}: is not a .npy file`);
  }
  const version = bytes[6]!;
  if (version < 1 || version > 3) {
    throw new ChelatedError('invalid_input', `${name}: .npy version ${version}, this build reads 1 to 3`);
  }
  const from = version === 1 ? 10 : 12;
  const start = from + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (start > bytes.length) throw new ChelatedError('invalid_input', `${name}: ends within its header`);
  return { header: new TextDecoder().decode(bytes.subarray(from, start)), start };
}

/** The bytes from `start` on in a buffer of their own, which is aligned for every number type. */
function copyOf(bytes: Uint8Array, start: number): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.length - start);
  new Uint8Array(copy).set(bytes.subarray(start));
  return copy;
}
