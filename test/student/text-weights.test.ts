import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { config } from '../../src/config.ts';
import { textWeights } from '../../src/student/text-weights.ts';

/** Texts of so many tokens, each token of its own or the same one counted. */
function textsOf(lengths: readonly number[], counted: boolean) {
  const bags = lengths.map((length) => (counted && length > 0 ? [length] : Array<number>(length).fill(1)));
  const offsets = new Uint32Array(lengths.length + 1);
  bags.forEach((bag, i) => {
    offsets[i + 1] = offsets[i]! + bag.length;
  });
  const counts = Float32Array.from(bags.flat());
  return { rows: lengths.length, columns: 1000, offsets, ids: Uint32Array.from(counts, (_, i) => i % 1000), counts };
}

describe('textWeights', () => {
  test('grow with the tokens of a text, a repeated one counted each time, and stop at the most', () => {
    const { tokens, most } = config.makeStudent.weight;
    const lengths = fc.array(fc.integer({ min: 0, max: 40 * tokens }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(
        lengths,
        fc.boolean(),
        fc.option(fc.constantFrom(1, 4, 8), { nil: undefined }),
        (given, counted, own) => {
          const weights = textWeights(textsOf(given, counted), own);
          expect([...weights]).toEqual(given.map((length) => Math.fround(Math.min(own ?? most, length / tokens))));
        },
      ),
    );
  });
});
