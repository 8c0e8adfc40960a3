import { readEmbeddings } from './read-embeddings.ts';
import { ServiceFailure } from './service-failure.ts';
import { waitAsked } from './wait-asked.ts';

export interface EmbeddingService {
  /** With its version: https://api.openai.com/v1 */
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey: string | undefined;
  /** Width asked for, of models that can give several. */
  readonly dimensions: number | undefined;
  /** What is asked for; both are read whatever was asked for. */
  readonly encoding: 'base64' | 'float';
  readonly timeoutMs: number;
}

export interface Embeddings {
  /** In the order of the texts; nothing where a vector was not finite. */
  readonly rows: readonly (Float32Array | undefined)[];
  /** Milliseconds to leave the service alone for. */
  readonly waitMs: number;
}

/**
 * One request for the vectors of some texts, without a second attempt.
 *
 * @throws {ServiceFailure} and the reason of an aborted `signal`
 */
export async function requestEmbeddings(
  service: EmbeddingService,
  texts: readonly string[],
  dims: number | undefined,
  signal?: AbortSignal,
): Promise<Embeddings> {
  const { baseUrl, model, apiKey, dimensions, encoding, timeoutMs } = service;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(`${baseUrl}/embeddings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(apiKey && { authorization: `Bearer ${apiKey}` }) },
      body: JSON.stringify({ model, input: texts, encoding_format: encoding, ...(dimensions && { dimensions }) }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    const text = await response.text();
    const waitMs = waitAsked(response.headers, Date.now());
    if (!response.ok) throw refusal(response.status, text, apiKey, waitMs);
    return { rows: readEmbeddings(parse(text), texts.length, dims), waitMs };
  } catch (error) {
    if (error instanceof ServiceFailure) throw error;
    signal?.throwIfAborted();
    const reason = timeout.aborted ? `no answer within ${timeoutMs} ms` : redact(messageOf(error), apiKey);
    throw new ServiceFailure('retry', reason, { cause: error });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ServiceFailure('retry', 'its answer is not JSON', { cause });
  }
}

function refusal(status: number, body: string, apiKey: string | undefined, waitMs: number): ServiceFailure {
  const message = `status ${status}: ${redact(saidIn(body), apiKey).slice(0, 300)}`;
  if (status === 408 || status === 409 || status === 425 || status === 429 || status >= 500) {
    return new ServiceFailure('retry', message, { waitMs });
  }
  // The texts may be the reason, or one of them: too long, too many, not allowed.
  const isAboutTexts = status === 400 || status === 413 || status === 422;
  return new ServiceFailure(isAboutTexts ? 'split' : 'none', message);
}

function saidIn(body: string): string {
  try {
    const { error } = JSON.parse(body);
    return typeof error === 'string' ? error : String(error?.message ?? body);
  } catch {
    return body;
  }
}

/** Servers repeat the key they refuse. */
const redact = (text: string, apiKey: string | undefined) => (apiKey ? text.replaceAll(apiKey, '…') : text);

/** Node says "fetch failed", and why in the cause. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
