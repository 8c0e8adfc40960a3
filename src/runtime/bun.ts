import { config } from '../config.ts';
import { listenError, type Serve, urlOf } from './server.ts';

/** Serves under Bun. */
export const serve: Serve = async (app, options) => {
  const server = listen();
  return {
    url: urlOf(options.host, server.port ?? options.port),
    close: async () => {
      // A client that never ends its request would keep the process for ever.
      setTimeout(() => server.stop(true), config.http.closeMs).unref();
      await server.stop();
    },
  };

  function listen() {
    try {
      return Bun.serve({ hostname: options.host, port: options.port, fetch: (request) => app.fetch(request) });
    } catch (cause) {
      throw listenError(options, cause);
    }
  }
};
