import type { LabValue } from './experiment.ts';

/** A figure, or NaN where there is none. */
export function number(value: LabValue | undefined): number {
  return typeof value === 'number' ? value : Number.NaN;
}
