import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { config } from '../config.ts';
import { ChelatedError, type ErrorCode } from '../errors.ts';

/** Ways in which only HTTP refuses. */
export const httpOnlyCodes = [
  'unsupported_media_type',
  'method_not_allowed',
  'unauthorized', // no key, or one that nobody has
  'forbidden', // a key that is not enough, or a place that is not served
  'idempotency_mismatch', // an idempotency key that stood before another request
  'client_gone',
  'slow_body', // the body did not arrive in time
  'timed_out', // the work did not end in time
  'not_ready', // the server is starting, or could not
  'internal',
] as const;
export type HttpOnlyCode = (typeof httpOnlyCodes)[number];
export type AnswerCode = ErrorCode | HttpOnlyCode;

/** The status of every code. A code without one does not compile. */
export const statusOf: Record<AnswerCode, ContentfulStatusCode> = {
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
  device_lost: 503,
  overloaded: 429,
  not_supported: 501,
  storage_failed: 503,
  unsupported_media_type: 415,
  method_not_allowed: 405,
  unauthorized: 401,
  forbidden: 403,
  idempotency_mismatch: 422,
  client_gone: 408,
  slow_body: 408,
  timed_out: 503,
  not_ready: 503,
  internal: 500,
};

/** The one envelope: every answer that is not a success has this body. */
export interface ErrorBody {
  readonly error: { readonly code: AnswerCode; readonly message: string };
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

/** Status, body and headers of anything thrown. What is not ours stays unnamed: its message may hold what nobody should read. */
export function errorAnswer(error: unknown) {
  const { code, message } =
    error instanceof ChelatedError || error instanceof HttpError
      ? error
      : ({ code: 'internal', message: 'something broke on this side; the log has it' } as const);
  const body: ErrorBody = { error: { code, message: shortened(message) } };
  const headers: Record<string, string> = {};
  if (code === 'unauthorized') headers['www-authenticate'] = 'Bearer';
  if (code === 'overloaded' || code === 'not_ready') headers['retry-after'] = String(config.http.retrySeconds);
  return { status: statusOf[code], body, headers };
}

/** A message may quote what was sent: a key, a path. It does not send all of it back. */
function shortened(message: string): string {
  const most = config.http.messageCharacters;
  return message.length > most ? `${message.slice(0, most).replace(/\p{Surrogate}$/u, '')}…` : message;
}
