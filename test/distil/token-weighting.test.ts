import { describe, expect, test } from 'bun:test';
import { documentFrequency, tokenWeights } from '../../src/distil/token-weighting.ts';
import { tokenBags } from '../../src/token-bags.ts';

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
});
