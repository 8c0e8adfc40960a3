import { z } from 'zod';
import { config } from '../config.ts';

const { maxTexts, maxK } = config.http;

// One check a row: zod's own check of every number took longer than parsing the JSON.
const vector = z.custom<readonly number[]>(
  (value) =>
    Array.isArray(value) && value.length > 0 && value.every((x) => typeof x === 'number' && Number.isFinite(x)),
  'expected an array of finite numbers',
);

/** `POST /v1/correct` */
export const correctRequest = z
  .strictObject({
    texts: z.array(z.string()).min(1).max(maxTexts).optional(),
    vectors: z.array(vector).min(1).max(maxTexts).optional(),
    /** Some models put another prefix before a query than before a document. */
    role: z.enum(['query', 'document']).optional(),
    /** What the caller's vectors were made with; refused when it is not this student. */
    base_fingerprint: z.string().optional(),
  })
  .refine(
    ({ texts, vectors }) => (texts === undefined) !== (vectors === undefined),
    'expected texts or vectors, one of them',
  );

/** `POST /v1/search` */
export const searchRequest = z.strictObject({
  query: z.string().min(1),
  k: z.int().min(1).max(maxK).default(config.http.k),
  compare: z.boolean().default(false),
});
