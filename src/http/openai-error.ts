import type { ErrorBody } from './errors.ts';

/** The envelope with the fields that OpenAI's clients read beside ours. */
export function openAiError({ error }: ErrorBody, status: number) {
  const type =
    status === 401 || status === 403
      ? 'authentication_error'
      : status === 429
        ? 'rate_limit_error'
        : status >= 500
          ? 'server_error'
          : 'invalid_request_error';
  return { error: { message: error.message, type, param: null, code: error.code } };
}
