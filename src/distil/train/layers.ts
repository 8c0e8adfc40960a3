import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import { isPositive } from '../../onnx/is-positive.ts';
import type { Tape } from './tape.ts';

/** Keeps 0 / 0 from happening in a row that is all zero, and changes nothing else. */
const tiny = 1e-20;

/** x·W, or x·W + b with b one row. */
export function linear(tape: Tape, x: string, W: string, b: string | null): string {
  const { graph } = tape;
  const inputs = b === null ? [x, W] : [x, W, b];
  return tape.record(graph.op('Gemm', inputs), inputs, (g) => {
    tape.add(W, () => graph.op('Gemm', [x, g], { transA: 1 }));
    tape.add(x, () => graph.op('Gemm', [g, W], { transB: 1 }));
    if (b !== null) tape.add(b, () => sumOver(graph, g, 0));
  });
}

export function relu(tape: Tape, x: string): string {
  const { graph } = tape;
  const y = graph.op('Relu', [x]);
  return tape.record(y, [x], (g) => tape.add(x, () => graph.op('Mul', [g, isPositive(graph, y)])));
}

export function sum(tape: Tape, x: string, y: string): string {
  return tape.record(tape.graph.op('Add', [x, y]), [x, y], (g) => {
    tape.add(x, () => g);
    tape.add(y, () => g);
  });
}

/** c·x for a constant c. */
export function scaled(tape: Tape, x: string, c: number): string {
  const { graph } = tape;
  const times = (value: string) => graph.op('Mul', [value, graph.scalar(c)]);
  return tape.record(times(x), [x], (g) => tape.add(x, () => times(g)));
}

/** Rows to unit length; a zero row stays zero. */
export function unitRows(tape: Tape, x: string): string {
  const { graph } = tape;
  const norm = graph.op('Max', [graph.op('ReduceL2', [x], { axes: [1], keepdims: 1 }), graph.scalar(tiny)]);
  const y = graph.op('Div', [x, norm]);
  return tape.record(y, [x], (g) =>
    tape.add(x, () => {
      const along = graph.op('Mul', [y, sumOver(graph, graph.op('Mul', [g, y]), 1)]);
      return graph.op('Div', [graph.op('Sub', [g, along]), norm]);
    }),
  );
}

/** Sums over one axis, which stays with length 1; over all, to a scalar, where none is named. */
export function sumOver(graph: GraphBuilder, x: string, axis?: 0 | 1): string {
  if (axis === undefined) return graph.op('ReduceSum', [x], { keepdims: 0 });
  return graph.op('ReduceSum', [x, graph.integers([axis])], { keepdims: 1 });
}
