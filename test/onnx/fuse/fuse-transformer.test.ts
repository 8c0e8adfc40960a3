import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fuseTransformer } from '../../../src/onnx/fuse/fuse-transformer.ts';
import { GraphEditor } from '../../../src/onnx/fuse/graph-editor.ts';
import { GraphBuilder } from '../../../src/onnx/graph-builder.ts';
import { openSession, type TensorFeeds } from '../../../src/onnx/session.ts';
import { random } from '../../../src/random.ts';

const [heads, width, dims] = [2, 3, 6];
/** Sums of ten products of numbers near one, in another order. */
const rounding = 1e-5;

interface Form {
  /** How keys are turned: at once, or in two steps. */
  readonly keyTurns?: readonly (readonly number[])[];
  readonly valueTurn?: readonly number[];
  readonly scale?: 'scores' | 'sides';
  readonly isGuarded?: boolean;
  readonly biases?: readonly string[];
  readonly gelu?: 'sum·x·½' | 'sum·½·x' | 'sum·(x·½)' | '√3';
}

/** Attention and a GELU behind it, as exporters write them. */
function graph({
  keyTurns = [[0, 2, 3, 1]],
  valueTurn = [0, 2, 1, 3],
  scale = 'scores',
  ...form
}: Form = {}): Uint8Array {
  const builder = new GraphBuilder('layer');
  const numbers = random(7);
  const weights = (name: string, ...shape: number[]) =>
    builder.constant(name, {
      dtype: 'f32',
      dims: shape,
      data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => numbers.normal()),
    });
  const h = builder.input('h', 'f32', ['n', 't', dims]);
  for (const name of form.biases ?? [])
    builder.input(name, 'f32', name === 'mask' ? ['n', 1, 1, 't'] : [1, heads, 't', 't']);
  const side = (name: string, turns: readonly (readonly number[])[]) => {
    const sum = builder.op('Add', [
      builder.op('MatMul', [h, weights(`W${name}`, dims, dims)]),
      weights(`b${name}`, dims),
    ]);
    const parted = builder.op('Reshape', [sum, builder.integers([0, 0, heads, width])]);
    const turned = turns.reduce((from, perm) => builder.op('Transpose', [from], { perm }), parted);
    return scale === 'sides' && name !== 'v' ? builder.op('Mul', [turned, builder.scalar(0.75)]) : turned;
  };
  let scores = builder.op('MatMul', [side('q', [[0, 2, 1, 3]]), side('k', keyTurns)]);
  if (scale === 'scores') scores = builder.op('Div', [scores, builder.scalar(1.5)]);
  for (const name of form.biases ?? []) scores = builder.op('Add', [scores, name]);
  let shares = builder.op('Softmax', [scores], { axis: -1 });
  if (form.isGuarded) shares = builder.op('Where', [builder.op('IsNaN', [shares]), builder.scalar(0), shares]);
  const mixed = builder.op('MatMul', [shares, side('v', [valueTurn])]);
  const merged = builder.op('Transpose', [mixed], { perm: [0, 2, 1, 3] });
  const x = builder.op('Reshape', [merged, builder.integers([0, 0, dims])]);
  const root = form.gelu === '√3' ? Math.sqrt(3) : Math.SQRT2;
  const sum = builder.op('Add', [builder.op('Erf', [builder.op('Div', [x, builder.scalar(root)])]), builder.scalar(1)]);
  const [one, half] = [(a: string, b: string) => builder.op('Mul', [a, b]), builder.scalar(0.5)];
  const ends = {
    'sum·x·½': () => one(one(x, sum), half),
    'sum·½·x': () => one(x, one(half, sum)),
    'sum·(x·½)': () => one(one(x, half), sum),
  };
  const end = ends[form.gelu === '√3' ? 'sum·½·x' : (form.gelu ?? 'sum·½·x')]();
  builder.output(builder.op('Identity', [end], {}, 'y'), 'f32', ['n', 't', dims]);
  return builder.bytes({ irVersion: 8, opset: 17, producer: 'a test', metadata: [] });
}

const [texts, tokens] = [2, 5];
const numbers = random(3);
const normals = (...shape: number[]) => ({
  dtype: 'f32' as const,
  dims: shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => numbers.normal()),
});
const given: TensorFeeds = {
  h: normals(texts, tokens, dims),
  position: normals(1, heads, tokens, tokens),
  // The second text has two tokens less.
  mask: {
    dtype: 'f32',
    dims: [texts, 1, 1, tokens],
    data: Float32Array.from({ length: texts * tokens }, (_, i) => (i > 7 ? -Infinity : 0)),
  },
};

async function run(bytes: Uint8Array): Promise<Float32Array> {
  const session = await openSession(bytes, { unpackWeights: true });
  const feeds = Object.fromEntries(session.inputNames.map((name) => [name, given[name]!]));
  const { data } = (await session.run(feeds)).y!;
  await session.dispose();
  return data;
}

const count = (bytes: Uint8Array, type: string) => new GraphEditor(bytes).nodes(type).length;

const forms: Record<string, Form> = {
  'keys turned at once, scores divided': {},
  'keys turned in two steps, both sides scaled': {
    keyTurns: [
      [0, 2, 1, 3],
      [0, 1, 3, 2],
    ],
    scale: 'sides',
  },
  'a mask, and a guard against rows that it leaves empty': { biases: ['mask'], isGuarded: true },
  'a bias by position and a mask': { biases: ['position', 'mask'], gelu: 'sum·x·½' },
  'half of x first': { gelu: 'sum·(x·½)' },
};

describe('fuseTransformer', () => {
  test.each(Object.entries(forms))('gives the same numbers from fewer nodes: %s', async (_, form) => {
    const bytes = graph(form);
    const fused = fuseTransformer(bytes);
    expect([count(fused, 'Attention'), count(fused, 'Gelu')]).toEqual([1, 1]);
    expect([count(fused, 'Softmax'), count(fused, 'Erf'), count(fused, 'Transpose')]).toEqual([0, 0, 0]);
    const [before, after] = [await run(bytes), await run(fused)];
    expect(before.some((x) => x > 0.1)).toBe(true);
    expect(Math.max(...after.map((x, i) => Math.abs(x - before[i]!)))).toBeLessThanOrEqual(rounding);
  });

  test('leaves alone what only looks like it', () => {
    // Heads of keys and values in another order, and erf of something else than x/√2.
    for (const other of [{ keyTurns: [[0, 3, 2, 1]] }, { valueTurn: [0, 2, 3, 1] }]) {
      const fused = fuseTransformer(graph(other));
      expect([count(fused, 'Attention'), count(fused, 'Softmax'), count(fused, 'Gelu')]).toEqual([0, 1, 1]);
    }
    expect(count(fuseTransformer(graph({ gelu: '√3' })), 'Erf')).toBe(1);
    const nothing = graph({ keyTurns: [[0, 3, 2, 1]], gelu: '√3' });
    expect(fuseTransformer(nothing)).toBe(nothing);
  });

  test('hands on bytes that are no model', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    expect(fuseTransformer(bytes)).toBe(bytes);
  });

  const models = process.env.CHELATED_MODELS;
  test.skipIf(!models)('finds every layer of the models (skipped: CHELATED_MODELS is not set)', () => {
    for (const [name, layers] of [
      ['all-MiniLM-L6-v2', 6],
      ['all-mpnet-base-v2', 12],
    ] as const) {
      const fused = fuseTransformer(readFileSync(join(models!, name, 'onnx/model_quantized.onnx')));
      expect([count(fused, 'Attention'), count(fused, 'Gelu')]).toEqual([layers, layers]);
      expect([count(fused, 'Softmax'), count(fused, 'Erf')]).toEqual([0, 0]);
    }
  });
});
