import type { Dataset } from '../evaluate/dataset.ts';
import { judgedQueries } from '../evaluate/judged-queries.ts';

/** Requests to copy into a shell, on a query of the collection. */
export function exampleRequests(url: string, dataset: Dataset): string {
  const query = dataset.queries[judgedQueries(dataset)[0] ?? 0]?.text ?? 'a question';
  const search = JSON.stringify({ query, k: 3, compare: true });
  const correct = JSON.stringify({ texts: [query] });
  return [curl(`${url}/v1/search`, search), curl(`${url}/v1/correct`, correct), `curl ${url}/health`].join('\n');
}

function curl(url: string, body: string): string {
  return `curl ${url} -H 'content-type: application/json' -d '${body.replaceAll("'", "'\\''")}'`;
}
