import { closeWithin, listenError, type Serve, urlOf } from './server.ts';

/** The part of Deno that is used here; its own types and Bun's do not go together. */
interface DenoServe {
  serve(
    options: { hostname: string; port: number; onListen: () => void },
    handler: (
      request: Request,
      info: { readonly remoteAddr: { readonly hostname?: string } },
    ) => Response | Promise<Response>,
  ): { readonly addr: { readonly port: number }; shutdown(): Promise<void>; unref(): void };
}

/** Serves under Deno. */
export const serve: Serve = async (app, options) => {
  const { host, port } = options;
  const { Deno } = globalThis as unknown as { Deno: DenoServe };
  try {
    const server = Deno.serve({ hostname: host, port, onListen: () => {} }, (request, { remoteAddr }) =>
      app.fetch(request, { peer: remoteAddr.hostname ?? null }),
    );
    const close = () => {
      // Deno cannot cut off what a shutdown waits for: it is left, and does not keep the process.
      const left = Promise.withResolvers<void>();
      const leave = () => {
        server.unref();
        left.resolve();
      };
      return closeWithin(options, () => Promise.race([server.shutdown(), left.promise]), leave);
    };
    return { url: urlOf(host, server.addr.port), close };
  } catch (cause) {
    throw listenError({ host, port }, cause);
  }
};
