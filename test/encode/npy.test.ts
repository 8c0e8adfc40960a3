import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { readNpy, writeNpy } from '../../src/encode/npy.ts';
import { type Matrix, matrix } from '../../src/matrix.ts';
import { codeOf } from './code-of.ts';

const matrices = fc
  .tuple(fc.nat(5), fc.integer({ min: 1, max: 7 }))
  .chain(([rows, dims]) =>
    fc
      .array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: rows * dims, maxLength: rows * dims })
      .map((data) => matrix(rows, dims, Float32Array.from(data))),
  );

/** A file with this header and these numbers, as NumPy's format says, written here a second time. */
function file(header: string, numbers: ArrayBufferView, version = 1): Uint8Array {
  const text = new TextEncoder().encode(`${header}\n`);
  const length = version === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, text.length >> 8, 0, 0];
  const data = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  return Uint8Array.from([0x93, ...new TextEncoder().encode('NUMPY'), version, 0, ...length, ...text, ...data]);
}

const header = (descr: string, shape: string, order = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${shape}), }`;

describe('readNpy', () => {
  test('reads what writeNpy wrote, f32 exactly', () => {
    fc.assert(
      fc.property(matrices, (X) => {
        const Y = readNpy(writeNpy(X));
        expect([Y.rows, Y.dims]).toEqual([X.rows, X.dims]);
        expect(Y.data).toEqual(X.data);
      }),
    );
  });

  test('reads f16, f64 and every version of the format', () => {
    const expected: Matrix = matrix(1, 2, Float32Array.of(1, -2));
    expect(readNpy(file(header('<f2', '1, 2'), Uint16Array.of(0x3c00, 0xc000)))).toEqual(expected);
    for (const version of [1, 2, 3]) {
      expect(readNpy(file(header('<f8', '1, 2'), Float64Array.of(1, -2), version))).toEqual(expected);
    }
  });

  test('reads bytes that lie at an odd place of their buffer', () => {
    const bytes = writeNpy(matrix(1, 3, Float32Array.of(1, 2, 3)));
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(Array.from(readNpy(shifted.subarray(1)).data)).toEqual([1, 2, 3]);
    expect(Array.from(readNpy(Buffer.from(bytes)).data)).toEqual([1, 2, 3]);
  });

  test('throws invalid_input for what is not a .npy file of rows', () => {
    const bytes = writeNpy(matrix(1, 1));
    const fortran = file(header('<f4', '1, 1', 'True'), new Float32Array(1));
    for (const bad of [
      new Uint8Array(0),
      new Uint8Array(200),
      bytes.subarray(0, 40),
      fortran,
      file('{}', new Float32Array(1)),
    ]) {
      expect(codeOf(() => readNpy(bad))).toBe('invalid_input');
    }
    expect(codeOf(() => readNpy(file(header('<f4', '1, 1'), new Float32Array(1), 9)))).toBe('invalid_input');
  });

  test('throws dtype_unsupported for other numbers', () => {
    for (const descr of ['<i8', '>f4', '|b1']) {
      expect(codeOf(() => readNpy(file(header(descr, '1, 1'), new Float64Array(1))))).toBe('dtype_unsupported');
    }
  });

  test('throws shape_mismatch when rows are missing, too many or not rows', () => {
    const bytes = writeNpy(matrix(3, 2));
    expect(codeOf(() => readNpy(bytes.subarray(0, bytes.length - 1)))).toBe('shape_mismatch');
    expect(codeOf(() => readNpy(Uint8Array.from([...bytes, 0])))).toBe('shape_mismatch');
    for (const shape of ['6,', '', '1, 2, 3', '-2, -3', '6e0, 1', '1.5, 4']) {
      expect(codeOf(() => readNpy(file(header('<f4', shape), new Float32Array(6))))).toBe('shape_mismatch');
    }
  });
});

describe('writeNpy', () => {
  test('puts the numbers at a multiple of 64 bytes behind a line end', () => {
    for (const rows of [0, 1, 999_999]) {
      const bytes = writeNpy(matrix(rows, 1), 'f16');
      const start = 10 + bytes[8]! + 256 * bytes[9]!;
      expect([start % 64, bytes[start - 1], bytes.length]).toEqual([0, 10, start + 2 * rows]);
    }
  });
});
