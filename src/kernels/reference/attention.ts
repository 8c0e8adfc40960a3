type Numbers = (row: number, column: number) => number;

/** softmax(Q·Kᵀ + B)·V of one head, in f64; row-major (t, d). */
export function attention(
  [t, d]: readonly [number, number],
  [q, k, v]: readonly [Numbers, Numbers, Numbers],
  bias: Numbers = () => 0,
): Float64Array {
  const Y = new Float64Array(t * d);
  for (let i = 0; i < t; i++) {
    const scores = Float64Array.from({ length: t }, (_, j) => {
      let sum = bias(i, j);
      for (let c = 0; c < d; c++) sum += q(i, c) * k(j, c);
      return sum;
    });
    const most = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const shares = scores.map((score) => Math.exp(score - most));
    const all = shares.reduce((a, b) => a + b, 0);
    for (let c = 0; c < d; c++) for (let j = 0; j < t; j++) Y[i * d + c]! += (shares[j]! / all) * v(j, c);
  }
  return Y;
}
