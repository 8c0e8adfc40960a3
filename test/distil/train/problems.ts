import fc from 'fast-check';
import { type Network, parameterShapes } from '../../../src/distil/train/network.ts';
import type { Objective } from '../../../src/distil/train/objective.ts';
import { type Random, random } from '../../../src/random.ts';
import { type Rows, rowsOf, type Values } from './reference.ts';

export interface Problem {
  readonly network: Network;
  readonly objective: Objective;
  readonly parameters: Values;
  /** x, base, weight, and target, or teacher and pushed. */
  readonly batch: Values;
}

/** A small network of either kind, any objective, random parameters and one batch. */
export const anyProblem: fc.Arbitrary<Problem> = fc
  .record({
    seed: fc.nat(),
    kind: fc.constantFrom('mlp' as const, 'lowrank' as const),
    loss: fc.constantFrom('cosine' as const, 'mse' as const),
    similarity: fc.constantFrom(0, 1.5),
    alpha: fc.constantFrom(1, 0.6),
    projected: fc.boolean(),
    widths: fc.tuple(...([2, 1, 2, 2, 1] as const).map((min) => fc.integer({ min, max: 7 }))),
  })
  .map(({ seed, kind, loss, similarity, alpha, projected, widths }) => {
    const [dIn, hidden, dOut, dTeacher, batch] = widths as [number, number, number, number, number];
    const network = { kind, dIn, hidden, dOut, dTeacher: projected ? dTeacher : null };
    return problem(network, { loss, similarity, alpha, projectionSimilarity: 0.8 }, batch, seed);
  });

export function problem(network: Network, objective: Objective, batch: number, seed: number): Problem {
  const numbers = random(seed);
  const { dIn, dOut, dTeacher } = network;
  const parameters = Object.fromEntries(
    parameterShapes(network).map(([name, rows, dims]) => [name, normalRows(numbers, rows, dims, 0.5)]),
  );
  const target: Values =
    dTeacher === null
      ? { target: unitRows(normalRows(numbers, batch, dOut)) }
      : { teacher: unitRows(normalRows(numbers, batch, dTeacher)), ...pushed(numbers, objective, batch, dOut) };
  const inputs = { x: unitRows(normalRows(numbers, batch, dIn)), base: normalRows(numbers, batch, dOut), ...target };
  return {
    network,
    objective,
    parameters,
    batch: { ...inputs, weight: rowsOf(batch, 1, new Array(batch).fill(1 / batch)) },
  };
}

function pushed(numbers: Random, { alpha }: Objective, batch: number, dOut: number): Record<string, Rows> {
  return alpha < 1 ? { pushed: unitRows(normalRows(numbers, batch, dOut)) } : {};
}

/** Numbers that f32 holds exactly, so that every side starts from the same. */
function normalRows(numbers: Random, rows: number, dims: number, spread = 1): Rows {
  return rowsOf(
    rows,
    dims,
    Float32Array.from({ length: rows * dims }, () => numbers.normal() * spread),
  );
}

function unitRows({ rows, dims, data }: Rows): Rows {
  const norm = (e: number) =>
    Math.hypot(...data.subarray(Math.floor(e / dims) * dims, (Math.floor(e / dims) + 1) * dims));
  return rowsOf(
    rows,
    dims,
    Float32Array.from(data, (value, e) => value / norm(e)),
  );
}
