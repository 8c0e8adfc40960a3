import { z } from '@hono/zod-openapi';
import { config } from '../../config.ts';
import type { DocumentResult } from '../../engine/collection.ts';
import { documentStream } from '../document-stream.ts';
import { operation } from '../operation.ts';
import { refuseCompressed } from '../read-body.ts';
import { collectionField, collectionQuery } from '../schemas/common.ts';
import { document, documentInput, documentResult } from '../schemas/document.ts';

const ndjson = 'application/x-ndjson';

const request = z
  .strictObject({ documents: z.array(document).min(1).max(config.http.maxTexts), ...collectionField })
  .openapi('DocumentsRequest');

const answer = z
  .object({ created: z.int(), replaced: z.int(), refused: z.int(), results: z.array(documentResult) })
  .openapi('DocumentsAnswer');

/** `POST /v1/documents`: adds or replaces documents, in one JSON body or as a stream of lines. */
export const documentsRoute = operation(
  {
    method: 'post',
    path: '/v1/documents',
    summary: 'Adds documents, or replaces those whose id is there; each is taken or refused by itself',
    scope: 'admin',
    changes: true,
    query: collectionQuery,
    body: request,
    otherBodies: { [ndjson]: document },
    answers: {
      200: {
        description:
          'a result a document, in the order they were sent; of a stream a line each, and a last one with the sums',
        json: answer,
        media: { [ndjson]: documentResult },
      },
    },
    refuses: ['not_found', 'text_required'],
  },
  async ({ context, body, collection, deadline, detach }) => {
    if (body) {
      const results = await collection.upsert(body.documents.map(documentInput), { signal: deadline.signal });
      return context.json({ ...countsOf(results), results });
    }
    refuseCompressed(context.req.header('content-encoding'));
    const lines = context.req.raw.body;
    const end = detach();
    return new Response(documentStream({ body: lines, collection, deadline, end }), {
      headers: { 'content-type': ndjson },
    });
  },
);

function countsOf(results: readonly DocumentResult[]) {
  const counts = { created: 0, replaced: 0, refused: 0 };
  for (const { status } of results) counts[status]++;
  return counts;
}
