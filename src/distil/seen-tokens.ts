import type { SparseRows } from '../kernels/kernels.ts';

export interface SeenTokens {
  readonly ids: Uint32Array; // ascending
  readonly rowOf: Int32Array; // (V), −1 for a token that no text has
}

/** The tokens that occur, and the row each gets in a compact table. */
export function seenTokens(S: SparseRows): SeenTokens {
  const rowOf = new Int32Array(S.columns).fill(-1);
  for (const id of S.ids) rowOf[id] = 0;
  const ids: number[] = [];
  for (let id = 0; id < S.columns; id++) if (rowOf[id] === 0) rowOf[id] = ids.push(id) - 1;
  return { ids: Uint32Array.from(ids), rowOf };
}
