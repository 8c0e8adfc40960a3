import { config } from '../config.ts';
import type { KernelExports } from './abi.ts';

/** Kernels whose rows may be computed by any thread: none of them takes a float, and a row never depends on its neighbours. */
export const laneKernels = [
  'add_norm_f32',
  'attention_f32',
  'dense_f32',
  'embedding_bag_f32',
  'gemm_f32',
  'top_k_f32',
] as const;
export type LaneKernel = (typeof laneKernels)[number];

/** Who computes: one thread, or several on the same memory, each with its lane 0 … count − 1. */
export interface Lanes {
  readonly count: number;
  /**
   * A call that any lane may make, in any order, until `finish`. `each` are the strides of its last arguments from lane to lane,
   * in bytes: what a lane must have to itself.
   */
  add(name: LaneKernel, parameters: readonly number[], each?: readonly number[]): void;
  /** Returns when every call was made. */
  finish(): void;
}

/** The thread that asks. */
export function alone(exports: KernelExports): Lanes {
  return {
    count: 1,
    add: (name, parameters) => void exports[name](...parameters),
    finish: () => {},
  };
}

/** Rows of one call, at most `most`: several calls a lane, the same number for each, of whole multiples of `unit` rows. */
export function rowsOfCall(rows: number, lanes: number, most: number, unit: number): number {
  if (lanes === 1) return Math.min(rows, most);
  const calls = lanes * Math.max(CALLS_OF_LANE, Math.ceil(rows / (lanes * most)));
  return unit * Math.max(1, Math.ceil(rows / calls / unit));
}

/** Fewest calls that a lane gets: one that was held up has others to take the rest. */
const CALLS_OF_LANE = 8;

/** Rows that are copied in: those of one call, and those of all calls before the next `finish`. */
export function rowsAtOnce(rows: number, lanes: number, most: number, unit: number): [step: number, together: number] {
  const step = rowsOfCall(rows, lanes, most, unit);
  return [step, lanes === 1 ? step : step * Math.min(Math.ceil(rows / step), lanes * config.kernels.threads.callsEach)];
}
