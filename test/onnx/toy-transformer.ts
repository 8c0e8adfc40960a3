import { GraphBuilder } from '../../src/onnx/graph-builder.ts';
import type { TensorFeeds } from '../../src/onnx/session.ts';
import { random } from '../../src/random.ts';

export interface ToyTransformer {
  readonly seed: number;
  readonly layers: number;
  readonly heads: number;
  readonly width: number;
  readonly inner: number;
  /** How weights are carried: as they are, or int8 behind one of the two ways that exporters have. */
  readonly weights: 'f32' | 'DequantizeLinear' | 'a zero point' | 'a scale for all' | 'Cast and Mul';
  readonly hasOutBias: boolean;
  /** What is added to scores: a mask, and a bias by position. */
  readonly biases: readonly ('mask' | 'position')[];
  /** What makes it another kind of transformer. */
  readonly oddity?:
    | 'norm first'
    | 'hidden is read'
    | 'hidden is read at the end'
    | 'hidden is an output'
    | 'another GELU'
    | 'an attention beside'
    | 'tied weights'
    | 'no norm between';
}

const vocabulary = 11;

/** A transformer as exporters write them, from tokens to last_hidden_state. */
export function toyTransformer({ seed, heads, width, inner, oddity, ...form }: ToyTransformer): Uint8Array {
  const graph = new GraphBuilder('toy');
  const numbers = random(seed);
  const d = heads * width;
  const normals = (length: number, scale = 1) => Float32Array.from({ length }, () => scale * numbers.normal());
  const vector = (name: string, length: number, mean = 0) =>
    graph.constant(name, { dtype: 'f32', dims: [length], data: normals(length, 0.3).map((x) => x + mean) });
  const weights = (name: string, rows: number, columns: number) => {
    const dims = [rows, columns];
    const scale = 1 / Math.sqrt(rows);
    if (form.weights === 'f32')
      return graph.constant(name, { dtype: 'f32', dims, data: normals(rows * columns, scale) });
    const int8 = { dtype: 'int8' as const, dims, data: Int8Array.from(normals(rows * columns, 40)) };
    const codes = graph.constant(`${name}_q`, int8);
    const isWhole = form.weights === 'a scale for all';
    const shape = isWhole ? [] : form.weights === 'Cast and Mul' ? [1, columns] : [columns];
    const scales = normals(isWhole ? 1 : columns, 0.1).map((x) => (scale * (1 + x)) / 40);
    const factor = graph.constant(`${name}_s`, { dtype: 'f32', dims: shape, data: scales });
    if (form.weights === 'Cast and Mul')
      return graph.op('Mul', [graph.op('Cast', [codes], { to: 1 }), factor], {}, name);
    const zero = { dtype: 'int8' as const, dims: shape, data: Int8Array.from(scales, (_, i) => (i % 5) - 2) };
    const inputs = [codes, factor, ...(form.weights === 'a zero point' ? [graph.constant(`${name}_z`, zero)] : [])];
    return graph.op('DequantizeLinear', inputs, isWhole ? {} : { axis: 1 }, name);
  };
  const dense = (name: string, x: string, rows: number, columns: number) =>
    graph.op('Add', [graph.op('MatMul', [x, weights(name, rows, columns)]), vector(`${name}_b`, columns)]);
  const norm = (name: string, x: string) =>
    graph.op('LayerNormalization', [x, vector(`${name}_g`, d, 1), vector(`${name}_h`, d)], { axis: -1 });

  const ids = graph.input('ids', 'int64', ['n', 't']);
  const table = graph.constant('table', { dtype: 'f32', dims: [vocabulary, d], data: normals(vocabulary * d) });
  const biases = form.biases.map((name) =>
    graph.input(name, 'f32', name === 'mask' ? ['n', 1, 1, 't'] : [1, heads, 't', 't']),
  );
  const attention = (name: string, x: string) => {
    const side = (which: string, perm: readonly number[]) => {
      const parted = graph.op('Reshape', [dense(`${name}_${which}`, x, d, d), graph.integers([0, 0, heads, width])]);
      return graph.op('Transpose', [parted], { perm });
    };
    const product = graph.op('MatMul', [side('q', [0, 2, 1, 3]), side('k', [0, 2, 3, 1])]);
    const scaled = graph.op('Div', [product, graph.scalar(Math.fround(Math.sqrt(width)))]);
    const scores = biases.reduce((sum, bias) => graph.op('Add', [sum, bias]), scaled);
    const mixed = graph.op('MatMul', [graph.op('Softmax', [scores], { axis: -1 }), side('v', [0, 2, 1, 3])]);
    return graph.op('Reshape', [graph.op('Transpose', [mixed], { perm: [0, 2, 1, 3] }), graph.integers([0, 0, d])]);
  };
  const gelu = (x: string) => {
    const root = graph.scalar(oddity === 'another GELU' ? Math.sqrt(3) : Math.SQRT2);
    const sum = graph.op('Add', [graph.op('Erf', [graph.op('Div', [x, root])]), graph.scalar(1)]);
    return graph.op('Mul', [x, graph.op('Mul', [graph.scalar(0.5), sum])]);
  };
  const shared =
    oddity === 'tied weights' ? { into: weights('into', d, inner), out: weights('out', inner, d) } : undefined;

  let hidden = '';
  let x = norm('first', graph.op('Gather', [table, ids]));
  for (let i = 0; i < form.layers; i++) {
    const merged = dense(`merge${i}`, attention(`a${i}`, oddity === 'norm first' ? norm(`p${i}`, x) : x), d, d);
    const sum = graph.op('Add', [merged, x]);
    hidden = oddity === 'no norm between' ? sum : norm(`n${i}`, sum);
    const into = shared?.into ?? weights(`into${i}`, d, inner);
    const wide = gelu(graph.op('Add', [graph.op('MatMul', [hidden, into]), vector(`into${i}_b`, inner)]));
    const product = graph.op('MatMul', [wide, shared?.out ?? weights(`out${i}`, inner, d)]);
    const out = form.hasOutBias ? graph.op('Add', [product, vector(`out${i}_b`, d)]) : product;
    const last = graph.op('Add', [out, hidden]);
    x = norm(`o${i}`, oddity === 'hidden is read' ? graph.op('Add', [last, hidden]) : last);
    if (oddity === 'an attention beside' && i === 0) x = graph.op('Add', [x, attention('beside', x)]);
    if (oddity === 'hidden is an output' && i === 0) graph.output(x, 'f32', ['n', 't', d]);
  }
  if (oddity === 'hidden is read at the end') x = graph.op('Add', [x, hidden]);
  graph.output(graph.op('Tanh', [x], {}, 'last_hidden_state'), 'f32', ['n', 't', d]);
  return graph.bytes({ irVersion: 8, opset: 17, producer: 'a test', metadata: [] });
}

/** Texts of some tokens each, the last one with less; what a toy does not ask for is left out. */
export function toyFeeds({ seed, heads, biases }: ToyTransformer, texts: number, tokens: number): TensorFeeds {
  const numbers = random(seed + 1);
  const length = (i: number) => (i === texts - 1 ? Math.ceil(tokens / 2) : tokens);
  const mask = Array.from({ length: texts * tokens }, (_, at) =>
    at % tokens < length(Math.floor(at / tokens)) ? 0 : -3.4e38,
  );
  const position = Float32Array.from({ length: heads * tokens * tokens }, () => numbers.normal());
  const ids = BigInt64Array.from({ length: texts * tokens }, () => BigInt(Math.floor(numbers.uniform() * vocabulary)));
  return {
    ids: { dtype: 'int64', dims: [texts, tokens], data: ids },
    ...(biases.includes('mask') && {
      mask: { dtype: 'f32', dims: [texts, 1, 1, tokens], data: Float32Array.from(mask) },
    }),
    ...(biases.includes('position') && {
      position: { dtype: 'f32', dims: [1, heads, tokens, tokens], data: position },
    }),
  };
}
