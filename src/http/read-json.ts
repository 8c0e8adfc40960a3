import type { Context } from 'hono';
import type { z } from 'zod';
import { ChelatedError } from '../errors.ts';
import { HttpError } from './errors.ts';
import { readBody } from './read-body.ts';

const jsonType = /^application\/([\w.-]+\+)?json\s*(;|$)/i;

/**
 * The body as JSON that the schema accepts.
 *
 * @throws {HttpError} unsupported_media_type
 * @throws {ChelatedError} invalid_input (not JSON, or not of this shape), too_large (more bytes or items than allowed)
 */
export async function readJson<S extends z.ZodType>(context: Context, schema: S): Promise<z.output<S>> {
  const type = context.req.header('content-type') ?? '';
  if (!jsonType.test(type)) {
    throw new HttpError(
      'unsupported_media_type',
      `expected content-type application/json, got ${type === '' ? 'none' : JSON.stringify(type)}`,
    );
  }
  const result = schema.safeParse(parse(await readBody(context)));
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const where = issue.path.length === 0 ? 'body' : issue.path.join('.');
  const tooMany = issue.code === 'too_big' && issue.origin === 'array';
  throw new ChelatedError(tooMany ? 'too_large' : 'invalid_input', `${where}: ${issue.message}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ChelatedError('invalid_input', `the body is not JSON (${(error as Error).message})`, { cause: error });
  }
}
