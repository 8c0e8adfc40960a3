import type { SignalFigures } from '../adapter/card.ts';
import { average } from './average.ts';

/** z is cut here, so that a difference without any variation stays a number that JSON can carry. */
const largestZ = 1e6;

/**
 * Means of two measures over the same queries, and z of their paired difference: mean ÷ (standard deviation ÷ √n).
 *
 * Edge    no queries, or no difference anywhere: z = 0
 */
export function pairedSignal(student: Float64Array, candidate: Float64Array): SignalFigures {
  const n = student.length;
  if (n === 0) return { queries: 0, student: 0, candidate: 0, z: 0 };
  const difference = Float64Array.from(candidate, (value, i) => value - student[i]!);
  const mean = average(difference);
  const variance = average(difference.map((value) => (value - mean) ** 2)) * (n / Math.max(n - 1, 1));
  const error = Math.sqrt(variance / n);
  const z = mean === 0 ? 0 : Math.max(-largestZ, Math.min(largestZ, mean / error));
  return { queries: n, student: average(student), candidate: average(candidate), z };
}
