import { z } from '@hono/zod-openapi';
import { openapiDocument } from '../openapi-document.ts';
import { type Operation, operation } from '../operation.ts';

/** `GET /openapi.json`: the document of these operations and of itself. Made when it is first asked for. */
export function openapiRoute(others: readonly Operation[]): Operation {
  let document: ReturnType<typeof openapiDocument> | null = null;
  const own = operation(
    {
      method: 'get',
      path: '/openapi.json',
      summary: 'This document',
      scope: 'public',
      answers: { 200: { description: 'OpenAPI 3.1', json: z.looseObject({}) } },
    },
    ({ context }) => {
      document ??= openapiDocument([...others, own]);
      return context.json(document);
    },
  );
  return own;
}
