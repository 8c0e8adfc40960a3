import { z } from '@hono/zod-openapi';
import { ChelatedError } from '../../errors.ts';
import { operation } from '../operation.ts';
import { collectionQuery, metadata, nullable } from '../schemas/common.ts';
import { documentFields, documentId, documentInput, documentResult } from '../schemas/document.ts';

const path = '/v1/documents/{id}';
const params = z.object({ id: documentId });
const face = z
  .object({ id: z.string(), text: z.string().nullable(), metadata: nullable(metadata) })
  .openapi('StoredDocument');

/** `PUT`, `GET` and `DELETE /v1/documents/{id}`. */
export const documentRoutes = [
  operation(
    {
      method: 'put',
      path,
      summary: 'Adds one document, or replaces it',
      scope: 'admin',
      changes: true,
      params,
      query: collectionQuery,
      body: z.strictObject(documentFields).openapi('DocumentBody'),
      answers: {
        200: { description: 'it was replaced', json: documentResult },
        201: { description: 'it is new', json: documentResult },
      },
      refuses: ['not_found', 'text_required'],
    },
    async ({ context, params, body, collection, deadline }) => {
      const input = documentInput({ id: params.id, ...body });
      const [result] = await collection.upsert([input], { signal: deadline.signal });
      if (result!.error) throw new ChelatedError(result!.error.code, result!.error.message);
      return context.json(result!, result!.status === 'created' ? 201 : 200);
    },
  ),
  operation(
    {
      method: 'get',
      path,
      summary: 'One document',
      scope: 'use',
      params,
      query: collectionQuery,
      answers: { 200: { description: 'the document', json: face } },
      refuses: ['not_found'],
    },
    async ({ context, params, collection }) => {
      const [found] = await collection.get([params.id]);
      if (!found) throw noDocument();
      const { id, text, metadata } = found;
      return context.json({ id, text, metadata });
    },
  ),
  operation(
    {
      method: 'delete',
      path,
      summary: 'Deletes one document, from every generation and from the log',
      scope: 'admin',
      changes: true,
      params,
      query: collectionQuery,
      answers: { 204: { description: 'it is gone' } },
      refuses: ['not_found'],
    },
    async ({ context, params, collection }) => {
      if ((await collection.delete([params.id])) === 0) throw noDocument();
      return context.body(null, 204);
    },
  ),
];

const noDocument = () => new ChelatedError('not_found', 'no document has this id');
