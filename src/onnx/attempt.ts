import { ChelatedError } from '../errors.ts';

/** Whatever fails is `backend_failed`, with what was tried before the reason. */
export async function attempt<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof ChelatedError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ChelatedError('backend_failed', `${what}: ${reason}`, { cause });
  }
}
