import { config } from '../../config.ts';
import { ChelatedError } from '../../errors.ts';
import type { Kernels } from '../../kernels/kernels.ts';
import type { Encoder } from '../encoder.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { openAiEncoder } from './openai-encoder.ts';

/**
 * Opens `openai:MODEL[@BASE_URL][?dimensions=D]`. The key comes from the environment: OPENAI_API_KEY; a server of one's
 * own may need none.
 *
 * @throws {ChelatedError} invalid_input for an id that is not of that form, backend_failed
 */
export async function openOpenAi(id: string, tokenizer: Tokenizer, kernels: Kernels): Promise<Encoder> {
  const { model, baseUrl, dimensions } = parseOpenAiId(id);
  const apiKey = process.env[config.openAiEncoder.keyVariable];
  const options = { ...(baseUrl && { baseUrl }), ...(apiKey && { apiKey }), ...(dimensions && { dimensions }) };
  return openAiEncoder({ model, ...options }, tokenizer, kernels);
}

/** The parts of an id. A model's name may hold `@`: what counts is the one before an address. */
export function parseOpenAiId(id: string): { model: string; baseUrl?: string; dimensions?: number } {
  const [, model, baseUrl, query] = /^openai:([^?]+?)(?:@(https?:\/\/[^?]+))?(?:\?dimensions=(\d+))?$/.exec(id) ?? [];
  if (!model) {
    const form = 'openai:MODEL, openai:MODEL@https://HOST/v1 or openai:MODEL?dimensions=256';
    throw new ChelatedError('invalid_input', `expected ${form}, got ${id.replace(/\/\/[^/@]*@/, '//…@')}`);
  }
  return { model, ...(baseUrl && { baseUrl }), ...(query && { dimensions: Number(query) }) };
}
