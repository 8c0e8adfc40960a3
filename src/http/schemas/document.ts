import { z } from '@hono/zod-openapi';
import { config } from '../../config.ts';
import type { DocumentInput } from '../../engine/prepare-documents.ts';
import { errorCodes } from '../../errors.ts';
import { metadata, vector } from './common.ts';

/** What a document is, without its id. */
export const documentFields = {
  text: z.string().optional(),
  vector: vector.optional().meta({ description: 'a base vector of the student' }),
  tokens: z
    .array(z.int().nonnegative())
    .max(config.encode.maxTokens)
    .optional()
    .meta({ description: 'token ids of the text behind the vector, in reading order' }),
  metadata: metadata.optional(),
};

export const documentId = z.string().min(1).max(config.engine.maxIdCharacters);
export const document = z.strictObject({ id: documentId, ...documentFields }).openapi('Document');

export const documentResult = z
  .object({
    id: z.string(),
    status: z.enum(['created', 'replaced', 'refused']),
    error: z.object({ code: z.enum(errorCodes), message: z.string() }).optional(),
  })
  .openapi('DocumentResult');

/** As the engine takes it. */
export function documentInput({ id, text, vector, tokens, metadata }: z.output<typeof document>): DocumentInput {
  return {
    id,
    ...(text !== undefined && { text }),
    ...(vector && { vector: Float32Array.from(vector) }),
    ...(tokens && { tokens }),
    ...(metadata && { metadata }),
  };
}
