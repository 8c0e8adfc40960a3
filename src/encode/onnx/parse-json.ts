import { z } from 'zod';
import { ChelatedError } from '../../errors.ts';

/** @throws {ChelatedError} invalid_input, naming the file and the field, when it is not JSON of that shape */
export function parseJson<T extends z.ZodType>(shape: T, json: string, name: string): z.output<T> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new ChelatedError('invalid_input', `${name} is not JSON`, { cause });
  }
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const reason = z.prettifyError(result.error).replace(/\s+/g, ' ');
  throw new ChelatedError('invalid_input', `${name} is not what it should be: ${reason}`, { cause: result.error });
}
