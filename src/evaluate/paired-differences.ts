import { ChelatedError } from '../errors.ts';

/** b − a, query by query. */
export function differences(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  if (a.length !== b.length) {
    throw new ChelatedError(
      'shape_mismatch',
      `paired systems need the same queries, got ${a.length} and ${b.length} figures`,
    );
  }
  const deltas = Float64Array.from(b, (value, i) => value - a[i]!);
  const bad = deltas.findIndex((delta) => !Number.isFinite(delta));
  if (bad >= 0) {
    throw new ChelatedError('not_finite', `query ${bad}: expected two finite figures, got ${a[bad]} and ${b[bad]}`);
  }
  return deltas;
}

export function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
