import { expect, test } from 'bun:test';
import type { KernelExports } from '../../../src/kernels/abi.ts';
import { Calls } from '../../../src/kernels/threads/calls.ts';

test('no place of the list is written again while one of its calls is not done, whatever was done after it', () => {
  const calls = new Calls();
  const made: number[] = [];
  const fullMeanwhile: boolean[] = [];
  const exports = {
    gemm_f32: (call: number) => {
      if (call === 0) {
        calls.make(exports, 1); // another thread makes all others
        fullMeanwhile.push(calls.full);
      }
      made.push(call);
    },
  } as unknown as KernelExports;
  let added = 0;
  while (!calls.full) calls.add('gemm_f32', [added++], []);
  calls.make(exports, 0);
  expect(made).toHaveLength(added);
  expect(made.at(-1)).toBe(0);
  expect(fullMeanwhile).toEqual([true]);
  expect([calls.wait(1000), calls.full]).toEqual([true, false]);
});
