import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { config } from '../config.ts';
import { ChelatedError, type ErrorCode } from '../errors.ts';

/** Ways in which only HTTP refuses. */
export type HttpOnlyCode = 'unsupported_media_type' | 'method_not_allowed' | 'client_gone' | 'internal';

/** The status of every code. A code without one does not compile. */
export const statusOf: Record<ErrorCode | HttpOnlyCode, ContentfulStatusCode> = {
  shape_mismatch: 422,
  dtype_unsupported: 422,
  not_finite: 422,
  invalid_input: 400,
  not_found: 404,
  text_required: 422,
  too_large: 413,
  too_few_documents: 422,
  unaligned: 422,
  gate_refused: 409,
  adapter_corrupt: 422,
  adapter_version: 422,
  adapter_wrong_model: 409,
  wasm_unavailable: 503,
  backend_failed: 503,
  overloaded: 429,
  not_supported: 501,
  storage_failed: 503,
  unsupported_media_type: 415,
  method_not_allowed: 405,
  client_gone: 408,
  internal: 500,
};

/** The one envelope: every answer that is not a success has this body. */
export interface ErrorBody {
  readonly error: { readonly code: ErrorCode | HttpOnlyCode; readonly message: string };
}

/** A refusal that only HTTP knows. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly code: HttpOnlyCode;

  constructor(code: HttpOnlyCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Status and body of anything thrown. What is not ours stays unnamed: its message may hold what nobody should read. */
export function errorAnswer(error: unknown): { status: ContentfulStatusCode; body: ErrorBody } {
  const { code, message } =
    error instanceof ChelatedError || error instanceof HttpError
      ? error
      : ({ code: 'internal', message: 'something broke on this side; the log has it' } as const);
  return { status: statusOf[code], body: { error: { code, message: shortened(message) } } };
}

/** A message may quote what was sent: a key, a path. It does not send all of it back. */
function shortened(message: string): string {
  const most = config.http.messageCharacters;
  return message.length > most ? `${message.slice(0, most).replace(/\p{Surrogate}$/u, '')}…` : message;
}
