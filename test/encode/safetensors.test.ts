import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { readSafetensors, type SafeTensor, writeSafetensors } from '../../src/encode/safetensors.ts';
import { codeOf } from './code-of.ts';

const pair = (x: number, y: number): SafeTensor => ({ dtype: 'F32', shape: [1, 2], data: Float32Array.of(x, y) });

/** A file with this header, written here a second time. */
function file(header: unknown, data: number[] = []): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  return Uint8Array.from([json.length & 255, json.length >> 8, 0, 0, 0, 0, 0, 0, ...json, ...data]);
}

describe('readSafetensors', () => {
  test('reads what writeSafetensors wrote', () => {
    const bytes = fc.array(fc.integer({ min: -128, max: 127 }), { maxLength: 20 });
    fc.assert(
      fc.property(bytes, fc.string({ unit: 'grapheme' }), (numbers, note) => {
        const tensors = {
          odd: { dtype: 'I8' as const, shape: [numbers.length], data: Int8Array.from(numbers) },
          after: pair(1.5, -3),
          bytes: { dtype: 'U8' as const, shape: [2], data: Uint8Array.of(0, 255) },
          wide: { dtype: 'U32' as const, shape: [1], data: Uint32Array.of(4_294_967_295) },
          half: { dtype: 'F16' as const, shape: [2], data: Float32Array.of(0.5, 2048) },
        };
        const read = readSafetensors(writeSafetensors(tensors, { note }));
        expect(Object.fromEntries(read.tensors)).toEqual(tensors);
        expect(read.metadata).toEqual({ note });
      }),
    );
  });

  test('reads one tensor of many in a Node buffer that is a view', () => {
    const tensors = { first: pair(1, 2), second: pair(3, 4) };
    const bytes = Buffer.concat([Buffer.from('x'), writeSafetensors(tensors)]).subarray(1);
    expect(Array.from(readSafetensors(bytes).tensors.get('second')!.data)).toEqual([3, 4]);
  });

  test('throws invalid_input for what is not such a file', () => {
    const whole = writeSafetensors({ a: pair(1, 2) });
    const bad = [
      new Uint8Array(7),
      new Uint8Array(8).fill(255),
      whole.subarray(0, 20),
      Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 1, 1),
    ];
    for (const bytes of [
      ...bad,
      file([]),
      file({ a: 1 }),
      file({ a: { dtype: 'F32', shape: [1], data_offsets: [-4, 0] } }),
      file({ a: { dtype: 'F32' } }),
      file(null),
    ]) {
      expect(codeOf(() => readSafetensors(bytes))).toBe('invalid_input');
    }
  });

  test('throws dtype_unsupported for other numbers', () => {
    const bytes = file({ a: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } }, new Array(8).fill(0));
    expect(codeOf(() => readSafetensors(bytes))).toBe('dtype_unsupported');
  });

  test('throws shape_mismatch for a file cut short, and for offsets that are not the shape’s', () => {
    const whole = writeSafetensors({ a: pair(1, 2) });
    expect(codeOf(() => readSafetensors(whole.subarray(0, whole.length - 1)))).toBe('shape_mismatch');
    for (const data_offsets of [
      [0, 4],
      [8, 0],
      [4, 12],
    ]) {
      const bytes = file({ a: { dtype: 'F32', shape: [1, 2], data_offsets } }, [0, 0, 0, 0, 0, 0, 0, 0]);
      expect(codeOf(() => readSafetensors(bytes))).toBe('shape_mismatch');
    }
  });
});
