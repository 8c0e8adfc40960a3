import { config } from '../config.ts';
import type { TokenBags } from '../token-bags.ts';

/**
 * What each text weighs in a fit: its tokens in units of a short text's, up to a most. A long text tells of more tokens, and
 * what is searched is long.
 */
export function textWeights(
  { rows, offsets, counts }: TokenBags,
  most: number = config.makeStudent.weight.most,
): Float32Array {
  const { tokens } = config.makeStudent.weight;
  return Float32Array.from({ length: rows }, (_, i) => {
    const length = counts.subarray(offsets[i]!, offsets[i + 1]!).reduce((sum, count) => sum + count, 0);
    return Math.min(most, length / tokens);
  });
}
