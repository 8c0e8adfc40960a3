import { z } from '@hono/zod-openapi';
import { config } from '../../config.ts';
import { errorCodes } from '../../errors.ts';
import { modes } from '../../store/store.ts';
import { httpOnlyCodes } from '../errors.ts';

/** Name of a collection; `config.engine.collection` where none is given. */
export const collectionName = z
  .string()
  .min(1)
  .max(128)
  .meta({ description: 'collection that is meant', example: 'default' });

/** The query of every route that works on one collection. */
export const collectionQuery = z.object({ collection: collectionName.optional() });

/** The same as a field of a body. */
export const collectionField = { collection: collectionName.optional() };

// One check a row: zod's own check of every number took longer than parsing the JSON.
export const vector = z
  .custom<readonly number[]>(
    (value) =>
      Array.isArray(value) && value.length > 0 && value.every((x) => typeof x === 'number' && Number.isFinite(x)),
    'expected an array of finite numbers',
  )
  .openapi({ type: 'array', items: { type: 'number' }, minItems: 1 });

/** A whole number in a query. */
export function wholeNumber(minimum: number, maximum: number) {
  return z
    .string()
    .regex(/^\d{1,15}$/, `expected a whole number from ${minimum} to ${maximum}`)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, `expected a whole number from ${minimum} to ${maximum}`)
    .openapi({ type: 'integer', minimum, maximum });
}

const metadataValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export const metadata = z.record(z.string(), z.union([metadataValue, z.array(metadataValue)])).openapi('Metadata');

/** A named schema or null. Its own `nullable()` would be written as both at once, which no value is. */
export function nullable<S extends z.ZodType>(schema: S) {
  return z.union([schema, z.null()]);
}

export const condition = z.union([
  metadataValue,
  z.strictObject({ in: z.array(metadataValue).max(config.http.maxK) }),
  z.strictObject({
    gte: z.union([z.number(), z.string()]).optional(),
    lte: z.union([z.number(), z.string()]).optional(),
  }),
]);
export const filter = z.record(z.string(), condition).openapi('Filter');

export const mode = z.enum(modes);

/** What every answer says of how it was made. */
export const provenance = {
  fingerprint: z.string(),
  generation: z.int(),
  mode,
  fallback: z
    .object({ from: z.int(), to: z.literal(0), reason: z.string() })
    .nullable()
    .meta({ description: 'not null where generation 0 answered in the place of one that failed' }),
};

export const errorBody = z
  .object({ error: z.looseObject({ code: z.enum([...errorCodes, ...httpOnlyCodes]), message: z.string() }) })
  .openapi('Error');

/** What the engine reports of its fits: free-form. */
export const report = z.looseObject({});
