/** Every way in which chelated refuses. Closed: a new code needs a status in `src/http/errors.ts` to compile. */
export const errorCodes = [
  'shape_mismatch', // two things that must agree in width or count do not
  'dtype_unsupported', // a file or tensor of a number type that is not read
  'not_finite', // NaN or Infinity on the way in or out
  'invalid_input', // a text, document, option or file that cannot be used as it is
  'not_found', // a file, model, document or option value that is not there
  'text_required', // vectors alone were given to an adapter that needs tokens
  'too_large', // over a stated limit
  'too_few_documents', // not enough documents to fit or to judge a fit
  'unaligned', // a blend of two spaces without an alignment
  'gate_refused', // the promotion gate rejected a candidate
  'adapter_corrupt', // truncated or altered adapter file
  'adapter_version', // adapter file newer than this build
  'adapter_wrong_model', // adapter fitted for another student
  'wasm_unavailable', // no WebAssembly SIMD here, or the module is not the one expected
  'backend_failed', // onnxruntime or a teacher failed
  'device_lost', // the GPU went away, or has no memory left, in the middle of the work
  'overloaded', // the queue is full
  'not_supported', // this runtime, or this server as it was started, cannot do it
  'storage_failed', // disk full, read-only, corrupt, in use, or newer than this build
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/**
 * The one error class of chelated.
 *
 * A message says what, expected, got, and what to do.
 *
 * @example
 * try {
 *   throw new ChelatedError('shape_mismatch', 'adapter expects d=384, got d=768; fit it again for this model');
 * } catch (error) {
 *   (error as ChelatedError).code; // => 'shape_mismatch'
 * }
 */
export class ChelatedError extends Error {
  override readonly name = 'ChelatedError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
