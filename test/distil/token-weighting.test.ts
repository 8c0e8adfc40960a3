import { describe, expect, test } from 'bun:test';
import { documentFrequency, tokenWeights, weightings } from '../../src/distil/token-weighting.ts';
import { bagsBelow, tokenBags } from '../../src/token-bags.ts';

const bags = tokenBags([[0, 1, 1], [0, 2], [0]]);
const student = new Float32Array([0.5, 1, 1, 1]);

describe('tokenWeights', () => {
  test('counts each text once for a token', () => {
    expect(Array.from(documentFrequency(bags, 4))).toEqual([3, 1, 1, 0]);
  });

  test("is the student's own for sif, and times log(1 + n/(1 + df)) with idf", () => {
    expect(tokenWeights('sif', bags, student, 4)).toEqual({ weights: student, termFrequency: 'count' });
    const { weights, termFrequency } = tokenWeights('sif-idf-log', bags, student, 4);
    expect(termFrequency).toBe('log');
    [0.5 * Math.log(1.75), Math.log(2.5), Math.log(2.5), Math.log(4)].forEach((expected, token) => {
      expect(weights[token]).toBeCloseTo(expected, 6);
    });
  });

  test('takes SIF from the corpus for a student without weights: the more frequent, the lighter', () => {
    const { weights } = tokenWeights('sif', bags, null, 4);
    expect(weights[0]!).toBeLessThan(weights[1]!);
    expect(weights[1]!).toBeLessThan(weights[2]!);
    expect(weights[3]).toBe(1);
  });

  test('takes SIF from the corpus for word buckets, which the student has no weights for; one that is not there weighs nothing', () => {
    const own = new Float32Array([0.5, 1]);
    for (const weighting of weightings) {
      const { weights } = tokenWeights(weighting, bags, own, 4);
      const pieces = tokenWeights(weighting, bagsBelow(bags, 2), own, 2).weights;
      expect(Array.from(weights.subarray(0, 2))).toEqual(Array.from(pieces));
      expect([weights[2]! > 0, weights[3]]).toEqual([true, 0]);
    }
    const { weights } = tokenWeights(
      'sif',
      tokenBags([
        [0, 2, 2],
        [2, 3],
        [3, 3, 3],
      ]),
      own,
      5,
    );
    [2, 3].forEach((bucket, i) => {
      expect(weights[bucket]!).toBeCloseTo(1e-4 / (1e-4 + [3, 4][i]! / 7), 9);
    });
  });
});
