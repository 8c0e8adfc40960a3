import { config } from '../config.ts';
import { closeWithin, listenError, type Serve, urlOf } from './server.ts';

/** Seconds that a connection may be silent: Bun's own ten would cut off work that takes as long as it may. */
const idleTimeout = Math.ceil(config.http.requestMs / 1000) + 10;

/** Serves under Bun. */
export const serve: Serve = async (app, options) => {
  const server = listen();
  return {
    url: urlOf(options.host, server.port ?? options.port),
    close: () =>
      closeWithin(
        options,
        () => server.stop(),
        () => server.stop(true),
      ),
  };

  function listen() {
    try {
      return Bun.serve({
        hostname: options.host,
        port: options.port,
        idleTimeout,
        fetch: (request, server) => app.fetch(request, { peer: server.requestIP(request)?.address ?? null }),
      });
    } catch (cause) {
      throw listenError(options, cause);
    }
  }
};
