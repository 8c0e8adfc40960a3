interface Lists {
  readonly indices: Uint32Array;
  readonly scores: Float32Array;
}

/**
 * The k best of several lists of k, best first: higher score first, ties by the lower row, NaN after all others.
 *
 * Shape   lists (lists, n, k), of rows that no two share; places without a row have NaN and the highest row
 *         indices (n, k) · scores (n, k)
 */
export function mergeLists(
  { indices, scores }: Lists,
  lists: number,
  k: number,
  bestIndices: Uint32Array,
  bestScores: Float32Array,
): void {
  const size = bestIndices.length;
  if (lists === 1) {
    bestIndices.set(indices);
    bestScores.set(scores);
    return;
  }
  const heads = new Uint32Array(lists); // where each list of a query has got to
  for (let i = 0; i < size; i++) {
    if (i % k === 0) for (let list = 0; list < lists; list++) heads[list] = list * size + i;
    let best = 0;
    for (let list = 1; list < lists; list++) if (before(heads[list]!, heads[best]!)) best = list;
    const at = heads[best]!++;
    bestIndices[i] = indices[at]!;
    bestScores[i] = scores[at]!;
  }

  function before(a: number, b: number): boolean {
    const [x, y] = [scores[a]!, scores[b]!];
    if (Object.is(x, y)) return indices[a]! < indices[b]!; // NaN too; the kernel gives no −0
    return x > y || Number.isNaN(y);
  }
}
