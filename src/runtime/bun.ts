import { closeWithin, listenError, type Serve, urlOf } from './server.ts';

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
      return Bun.serve({ hostname: options.host, port: options.port, fetch: (request) => app.fetch(request) });
    } catch (cause) {
      throw listenError(options, cause);
    }
  }
};
