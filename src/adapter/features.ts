import { ChelatedError } from '../errors.ts';
import type { SparseRows } from '../kernels/kernels.ts';
import type { TokenBags } from '../token-bags.ts';
import type { TermFrequency } from './card.ts';

/**
 * Token features φ of each text, the input of the lexical adapter.
 *
 *   φ(t) = weights[t]·tf(count of t), scaled to unit length over the text
 *
 * Shape   n bags over V tokens → n sparse rows over V columns, the same ids in the same order
 * Unit    each row has ‖φ‖₂ = 1
 * Edge    no token, or weights that are all zero: a zero row
 * @throws {ChelatedError} shape_mismatch for a token id that has no weight
 * @example
 * const bags = { rows: 1, offsets: Uint32Array.of(0, 2), ids: Uint32Array.of(0, 1), counts: Float32Array.of(1, 2) };
 * const { values } = phi(bags, Float32Array.of(3, 2), 'count');
 * Array.from(values, (v) => v.toFixed(2)); // => ['0.60', '0.80']
 */
export function phi(bags: TokenBags, weights: Float32Array, termFrequency: TermFrequency): SparseRows {
  const { rows, offsets, ids, counts } = bags;
  const values = new Float32Array(ids.length);
  for (let i = 0; i < rows; i++) {
    const [from, to] = [offsets[i]!, offsets[i + 1]!];
    let squares = 0;
    for (let e = from; e < to; e++) {
      const weight = weights[ids[e]!];
      if (weight === undefined) {
        throw new ChelatedError(
          'shape_mismatch',
          `text ${i}: token id ${ids[e]} is outside the vocabulary of ${weights.length}; use the student's own tokenizer`,
        );
      }
      const value = weight * (termFrequency === 'log' ? Math.log1p(counts[e]!) : counts[e]!);
      values[e] = value;
      squares += value * value;
    }
    if (squares === 0) continue;
    const scale = 1 / Math.sqrt(squares);
    for (let e = from; e < to; e++) values[e]! *= scale;
  }
  return { rows, columns: weights.length, offsets, ids, values };
}
