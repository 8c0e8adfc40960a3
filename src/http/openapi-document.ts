import { OpenAPIHono, type RouteConfig, type z } from '@hono/zod-openapi';
import { config } from '../config.ts';
import type { AnswerCode } from './errors.ts';
import { statusOf } from './errors.ts';
import type { AnswerShape, Operation } from './operation.ts';
import { errorBody } from './schemas/common.ts';

/** The OpenAPI document of these operations. */
export function openapiDocument(operations: readonly Operation[]) {
  const app = new OpenAPIHono();
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  for (const operation of operations) app.openAPIRegistry.registerPath(pathOf(operation));
  const [title = '', version = ''] = config.createdBy.split(' ');
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title, version, description: 'Corrected embeddings, searches, and the cycles that improve them.' },
  });
}

function pathOf(operation: Operation): RouteConfig {
  const { method, path, summary, scope, params, query, body, otherBodies, emptyBody } = operation;
  const content = { ...(body && { 'application/json': { schema: body } }), ...contentOf(otherBodies) };
  return {
    method,
    path,
    summary,
    'x-scope': scope,
    security: scope === 'public' ? [] : [{ bearer: [] }],
    request: {
      ...(params && { params: params as z.ZodObject }),
      ...(query && { query: query as z.ZodObject }),
      ...(body && { body: { content, required: !emptyBody } }),
    },
    responses: {
      ...Object.fromEntries(Object.entries(operation.answers).map(([status, shape]) => [status, answerOf(shape)])),
      ...refusals(operation),
    },
  };
}

function answerOf({ description, json, media }: AnswerShape) {
  const content = { ...(json && { 'application/json': { schema: json } }), ...contentOf(media) };
  return { description, ...(Object.keys(content).length > 0 && { content }) };
}

function contentOf(media: Readonly<Record<string, z.ZodType>> = {}) {
  return Object.fromEntries(Object.entries(media).map(([type, schema]) => [type, { schema }]));
}

/** Refusals that an operation can give because of what it is, and its own. */
function refusals({ scope, changes, params, query, body, refuses = [] }: Operation) {
  const codes: AnswerCode[] = ['forbidden', 'internal', ...refuses];
  if (scope !== 'public')
    codes.push('unauthorized', 'overloaded', 'not_ready', 'timed_out', 'client_gone', 'backend_failed');
  if (params || query) codes.push('invalid_input');
  if (body)
    codes.push('invalid_input', 'slow_body', 'too_large', 'unsupported_media_type', 'shape_mismatch', 'not_finite');
  if (changes) codes.push('not_supported', 'storage_failed', 'invalid_input', 'idempotency_mismatch');
  const byStatus: Record<number, object> = {};
  for (const status of new Set(codes.map((code) => statusOf[code]))) {
    const description = [...new Set(codes)].filter((code) => statusOf[code] === status).join(', ');
    byStatus[status] = { description, content: { 'application/json': { schema: errorBody } } };
  }
  return byStatus as RouteConfig['responses'];
}
