import type { Context } from 'hono';
import type { z } from 'zod';
import { ChelatedError } from '../errors.ts';
import { HttpError } from './errors.ts';

export const jsonType = /^application\/([\w.-]+\+)?json\s*(;|$)/i;

/** @throws {HttpError} unsupported_media_type when it is none of these */
export function refuseType({ req }: Context, expected: string): never {
  const type = req.header('content-type') ?? '';
  throw new HttpError(
    'unsupported_media_type',
    `expected content-type ${expected}, got ${type === '' ? 'none' : JSON.stringify(type)}`,
  );
}

/** @throws {ChelatedError} invalid_input */
export function parseJson(text: string, what = 'the body'): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ChelatedError('invalid_input', `${what} is not JSON (${(error as Error).message})`, { cause: error });
  }
}

/**
 * A value that the schema accepts.
 *
 * @throws {ChelatedError} invalid_input (not of this shape), too_large (more items than allowed)
 */
export function checked<S extends z.ZodType>(schema: S, value: unknown, what = 'body'): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const where = issue.path.length === 0 ? what : issue.path.join('.');
  const tooMany = issue.code === 'too_big' && issue.origin === 'array';
  throw new ChelatedError(tooMany ? 'too_large' : 'invalid_input', `${where}: ${issue.message}`);
}
