import type { ModelFiles } from '../../src/encode/onnx/model-files.ts';
import type { Kernels } from '../../src/kernels/kernels.ts';

/** What a case is given, wherever it runs. */
export interface DeviceHost {
  readonly kernels: Kernels;
  /** A model's files by its name; null where there are no models on this machine. */
  readonly model: (name: string) => Promise<ModelFiles | null>;
}

/**
 * A law of the device contract: throws where it does not hold, and returns what is worth reading, such as how far two sides
 * were apart. Runs in a process, or a page, that has a WebGPU device, software or not.
 */
export interface DeviceCase {
  readonly title: string;
  /** Cases of one group share a process. A GPU that is lost is lost for all of them. */
  readonly group: string;
  /** The one runtime in which it can be seen. */
  readonly only?: string;
  run(host: DeviceHost): Promise<string>;
}

export interface CaseResult {
  readonly title: string;
  readonly error: string | null;
  readonly said: string;
  readonly seconds: number;
}

export async function runCase({ title, run }: DeviceCase, host: DeviceHost): Promise<CaseResult> {
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 100) / 10;
  try {
    return { title, error: null, said: await run(host), seconds: seconds() };
  } catch (error) {
    const reason = error instanceof Error ? `${error.message}\n${error.stack}` : String(error);
    return { title, error: reason, said: '', seconds: seconds() };
  }
}

export function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

/** Largest difference of two lists of numbers; NaN anywhere is no agreement. */
export function apart(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    const off = Math.abs(a[i]! - b[i]!);
    if (!(off <= most)) most = Number.isNaN(off) ? Number.POSITIVE_INFINITY : off;
  }
  return most;
}
