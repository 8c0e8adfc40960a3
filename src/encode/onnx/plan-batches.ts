/**
 * Texts of like length together: positions sorted by length, longest first, cut where a batch, padded to its longest
 * text, would have more than `budget` tokens. Every batch has at least one text.
 *
 * Longest first, so that a memory that only grows reaches its size in the first batch.
 *
 * @example
 * planBatches([2, 9, 3], 10); // => [[1], [2, 0]]
 */
export function planBatches(lengths: readonly number[], budget: number): number[][] {
  const order = Array.from(lengths.keys()).sort((a, b) => lengths[b]! - lengths[a]! || a - b);
  const batches: number[][] = [];
  let longest = 0;
  for (const position of order) {
    const batch = batches.at(-1);
    if (batch && (batch.length + 1) * longest <= budget) batch.push(position);
    else {
      batches.push([position]);
      longest = lengths[position]!;
    }
  }
  return batches;
}
