import { ChelatedError } from '../errors.ts';

/**
 * Work that gets a signal which also ends when the time is over.
 *
 * @throws {ChelatedError} backend_failed with `late` when it was the time; else what the work throws
 */
export async function inTime<T>(
  { ms, signal, late }: { readonly ms: number; readonly signal: AbortSignal; readonly late: string },
  work: (within: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = AbortSignal.timeout(ms);
  try {
    return await work(AbortSignal.any([signal, limit]));
  } catch (error) {
    if (!limit.aborted || signal.aborted) throw error;
    throw new ChelatedError('backend_failed', late, { cause: error });
  }
}
