/** Mean of the scores of the first, short texts and of the others, each kind counting the same, and its standard error. */
export function heldOutScore(scores: Float64Array, short: number): { mean: number; error: number } {
  const kinds = [scores.subarray(0, short), scores.subarray(short)].filter(({ length }) => length > 0);
  const means = kinds.map(meanOf);
  const variances = kinds.map((kind, k) => meanOf(kind.map((x) => (x - means[k]!) ** 2)) / kind.length);
  return {
    mean: meanOf(means),
    error: Math.sqrt(variances.reduce((sum, v) => sum + v, 0)) / Math.max(1, kinds.length),
  };
}

const meanOf = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, x) => sum + x, 0) / Math.max(1, values.length);
