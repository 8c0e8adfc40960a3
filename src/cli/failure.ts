import { ChelatedError, type ErrorCode } from '../errors.ts';

/** A failure of a command that has more to say under --json than a code and a message. */
export class Failure extends ChelatedError {
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, details: Readonly<Record<string, unknown>>) {
    super(code, message);
    this.details = details;
  }
}
