import { listenError, type Serve, urlOf } from './server.ts';

/** The part of Deno that is used here; its own types and Bun's do not go together. */
interface DenoServe {
  serve(
    options: { hostname: string; port: number; onListen: () => void },
    handler: (request: Request) => Response | Promise<Response>,
  ): { readonly addr: { readonly port: number }; shutdown(): Promise<void> };
}

/** Serves under Deno. */
export const serve: Serve = async (app, { host, port }) => {
  const { Deno } = globalThis as unknown as { Deno: DenoServe };
  try {
    const server = Deno.serve({ hostname: host, port, onListen: () => {} }, (request) => app.fetch(request));
    return { url: urlOf(host, server.addr.port), close: () => server.shutdown() };
  } catch (cause) {
    throw listenError({ host, port }, cause);
  }
};
