import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { ChelatedError } from '../../src/errors.ts';
import { GraphBuilder, type ModelHeader } from '../../src/onnx/graph-builder.ts';
import { readModel } from '../../src/onnx/read-model.ts';
import type { OnnxDtype, OnnxTensor } from '../../src/onnx/tensor.ts';

const header: ModelHeader = {
  irVersion: 8,
  opset: 17,
  producer: 'a test',
  metadata: [
    ['clé', 'Σ 1\n'],
    ['', ''],
  ],
};

const anyTensor: fc.Arbitrary<OnnxTensor> = fc
  .tuple(fc.array(fc.nat(4), { maxLength: 3 }), fc.integer(), fc.constantFrom('f32', 'int8', 'int32', 'int64'))
  .map(([dims, seed, dtype]) => {
    const length = dims.reduce((product, d) => product * d, 1);
    return tensorOf(
      dtype,
      dims,
      Array.from({ length }, (_, i) => (seed >> (i % 24)) - i),
    );
  });

function tensorOf(dtype: OnnxDtype, dims: number[], numbers: number[]): OnnxTensor {
  if (dtype === 'f32') return { dtype, dims, data: Float32Array.from(numbers) };
  if (dtype === 'int8') return { dtype, dims, data: Int8Array.from(numbers) };
  if (dtype === 'int32') return { dtype, dims, data: Int32Array.from(numbers) };
  return { dtype, dims, data: BigInt64Array.from(numbers.map(BigInt)) };
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return error instanceof ChelatedError ? error.code : `not a ChelatedError: ${error}`;
  }
  return 'accepted';
}

describe('readModel', () => {
  test('gives back every tensor that GraphBuilder wrote, also a view into a larger buffer', () => {
    fc.assert(
      fc.property(fc.array(anyTensor, { maxLength: 5 }), (tensors) => {
        const graph = new GraphBuilder('tensors');
        tensors.forEach((tensor, i) => {
          graph.constant(`t${i}`, tensor);
        });
        graph.constant('view', { dtype: 'f32', dims: [2], data: Float32Array.of(0, 1, 2, 3).subarray(1, 3) });
        const file = readModel(graph.bytes(header));
        tensors.forEach((tensor, i) => {
          expect(file.tensor(`t${i}`)).toEqual(tensor);
        });
        expect(file.tensor('view')?.data).toEqual(Float32Array.of(1, 2));
        expect(file.tensor('none')).toBeNull();
      }),
    );
  });

  test('gives the metadata and the names in their order', () => {
    const graph = new GraphBuilder('names');
    const sum = graph.op('Add', [graph.input('b', 'f32', ['n', 2]), graph.input('a', 'f32', [])], {}, 'y');
    graph.output(sum, 'f32', ['n', 2]);
    const { metadata, inputs, outputs } = readModel(graph.bytes(header));
    expect([...metadata]).toEqual([...header.metadata].map(([key, value]) => [key, value]));
    expect([inputs, outputs]).toEqual([['b', 'a'], ['y']]);
  });

  test('gives invalid_input or reads, whatever the bytes', () => {
    const graph = new GraphBuilder('x');
    graph.constant('t', { dtype: 'f32', dims: [3], data: Float32Array.of(1, 2, 3) });
    const bytes = graph.bytes(header);
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0, 1, 0x7f, 0xff]) {
        const changed = bytes.with(at, value);
        expect(['accepted', 'invalid_input', 'dtype_unsupported']).toContain(
          codeOf(() => readModel(changed).tensor('t')),
        );
      }
    }
    expect(codeOf(() => readModel(new Uint8Array()))).toBe('invalid_input');
  });
});

describe('GraphBuilder', () => {
  test('refuses a tensor that its numbers do not fill', () => {
    const graph = new GraphBuilder('x');
    const wrong = { dtype: 'f32', dims: [2, 2], data: new Float32Array(3) } as const;
    expect(codeOf(() => graph.constant('t', wrong))).toBe('shape_mismatch');
  });

  test('carries the same number once', () => {
    const graph = new GraphBuilder('x');
    expect(graph.scalar(0.5)).toBe(graph.scalar(0.5));
    expect(graph.scalar(0.5)).not.toBe(graph.scalar(0.25));
  });
});
