import { ChelatedError, type ErrorCode } from '../../src/errors.ts';

/** Code of the ChelatedError that the call throws or rejects with; anything else is thrown on. */
export function codeOf(call: () => Promise<unknown>): Promise<ErrorCode | undefined>;
export function codeOf(call: () => unknown): ErrorCode | undefined;
export function codeOf(call: () => unknown): unknown {
  try {
    const result = call();
    return result instanceof Promise ? result.then(() => undefined, codeIn) : undefined;
  } catch (error) {
    return codeIn(error);
  }
}

function codeIn(error: unknown): ErrorCode {
  if (error instanceof ChelatedError) return error.code;
  throw error;
}
