import type { Matrix } from '../matrix.ts';

/** Which documents take part in a fit. */
export interface UsableDocuments {
  readonly rows: Uint32Array; // ascending
  /** Documents left out: the student or the teacher has no vector for them. They are masked, never filled with zeros. */
  readonly failed: number;
}

/**
 * The documents with a student vector and, where there is a teacher, a teacher vector: finite and not zero, and not named
 * as failed.
 */
export function usableDocuments(
  count: number,
  ...sources: readonly { readonly vectors: Matrix; readonly failed: readonly number[] }[]
): UsableDocuments {
  const bad = new Set(sources.flatMap(({ failed }) => failed));
  const rows = Uint32Array.from({ length: count }, (_, i) => i).filter(
    (i) => !bad.has(i) && sources.every(({ vectors }) => hasDirection(vectors, i)),
  );
  return { rows, failed: count - rows.length };
}

function hasDirection(X: Matrix, i: number): boolean {
  let zero = true;
  for (let j = i * X.dims; j < (i + 1) * X.dims; j++) {
    const value = X.data[j]!;
    if (!Number.isFinite(value)) return false;
    if (value !== 0) zero = false;
  }
  return !zero;
}
