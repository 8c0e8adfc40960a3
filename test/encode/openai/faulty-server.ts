/** What the server does with one request: gives an answer, or nothing to be served as it should be. */
export type Fault = (
  texts: readonly string[],
  request: Request,
) => Response | undefined | Promise<Response | undefined>;

export interface EmbeddingRequest {
  readonly input: readonly string[];
  readonly encoding_format?: 'base64' | 'float';
  readonly dimensions?: number;
  readonly model: string;
}

/** The vector that the server has for a text: of no particular direction, not of unit length. */
export function vectorOf(text: string, dims: number): Float32Array {
  let seed = 7;
  for (let i = 0; i < text.length; i++) seed = (seed * 31 + text.charCodeAt(i)) >>> 0;
  return Float32Array.from({ length: dims }, (_, c) => 3 * Math.sin(seed * (c + 1)));
}

/** A server that speaks POST /v1/embeddings, and does what `faults` say to its requests, one after the other. */
export function faultyServer(dims = 8) {
  const requests: EmbeddingRequest[] = [];
  const authorizations: (string | null)[] = [];
  const faults: (Fault | undefined)[] = [];
  const always: { fault?: Fault } = {};
  const server = Bun.serve({
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      if (new URL(request.url).pathname !== '/v1/embeddings') return new Response('no such page', { status: 404 });
      const body: EmbeddingRequest = await request.json();
      requests.push(body);
      authorizations.push(request.headers.get('authorization'));
      return (await (faults.shift() ?? always.fault)?.(body.input, request)) ?? answer(body, dims);
    },
  });
  return {
    requests,
    authorizations,
    faults,
    always,
    baseUrl: `http://localhost:${server.port}/v1`,
    stop: () => server.stop(true),
  };
}

/** A proper answer, its data in reverse: only `index` says which text is which. */
export function answer({ input, encoding_format, dimensions }: EmbeddingRequest, dims: number): Response {
  const data = input.map((text, index) => {
    const vector = vectorOf(text, dimensions ?? dims);
    const embedding = encoding_format === 'base64' ? Buffer.from(vector.buffer).toString('base64') : Array.from(vector);
    return { object: 'embedding', index, embedding };
  });
  return Response.json({ object: 'list', data: data.reverse(), usage: { prompt_tokens: 1 } });
}
