import type { GraphBuilder } from './graph-builder.ts';

/** 1 where x > 0, else 0. (Sign would do, but WebGPU has none.) */
export function isPositive(graph: GraphBuilder, x: string): string {
  return graph.op('Cast', [graph.op('Greater', [x, graph.scalar(0)])], { to: 1 });
}
