import { z } from '@hono/zod-openapi';
import { operation } from '../operation.ts';
import { page, pagePolicy } from '../page/page.ts';

/** `GET /`: the page for people. It holds nothing of the server's; what it shows it asks for as any client does. */
export const pageRoute = operation(
  {
    method: 'get',
    path: '/',
    summary: 'The page for people',
    scope: 'public',
    answers: {
      200: { description: 'one file that asks nobody else for anything', media: { 'text/html': z.string() } },
    },
  },
  async ({ context }) => {
    context.header('content-security-policy', await pagePolicy());
    context.header('x-content-type-options', 'nosniff');
    context.header('referrer-policy', 'no-referrer');
    return context.html(page);
  },
);
