import { type Matrix, matrix, rowsBetween } from '../matrix.ts';
import { pickBags } from '../token-bags.ts';
import type { CheckedInput } from './check-input.ts';

/**
 * Runs `step` over at most `blockRows` rows at a time and puts the results below each other, so that what a step needs
 * between input and output does not grow with the batch.
 */
export function inBlocks(
  input: CheckedInput,
  dOut: number,
  blockRows: number,
  step: (block: CheckedInput) => Matrix | Promise<Matrix>,
): Matrix | Promise<Matrix> {
  return input.rows <= blockRows ? step(input) : blockByBlock(input, dOut, blockRows, step);
}

async function blockByBlock(
  input: CheckedInput,
  dOut: number,
  blockRows: number,
  step: (block: CheckedInput) => Matrix | Promise<Matrix>,
): Promise<Matrix> {
  const all = matrix(input.rows, dOut);
  for (let from = 0; from < input.rows; from += blockRows) {
    const to = Math.min(from + blockRows, input.rows);
    const block = await step(sliceInput(input, from, to));
    all.data.set(block.data, from * dOut);
  }
  return all;
}

function sliceInput({ vectors, tokens }: CheckedInput, from: number, to: number): CheckedInput {
  const positions = Array.from({ length: to - from }, (_, i) => from + i);
  return {
    rows: to - from,
    vectors: vectors && rowsBetween(vectors, from, to),
    tokens: tokens && pickBags(tokens, positions),
  };
}
