import { describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import type { openapiDocument } from '../../src/http/openapi-document.ts';
import { isLoopback } from '../../src/http/peer.ts';
import { serve } from '../../src/runtime/bun.ts';
import { tinyApp } from './tiny-app.ts';

const keys = { use: ['use-key-1', 'use-key-2'], admin: ['admin-key'] };
const loopback = { peer: '127.0.0.1' };
const elsewhere = { peer: '192.0.2.7' };

type Document = ReturnType<typeof openapiDocument>;

/** Every route of the document, with its scope: a new one cannot be forgotten. */
async function routes(json: (method: string, path: string, options: object) => Promise<{ body: Document }>) {
  const { body } = await json('GET', '/openapi.json', { env: loopback });
  return Object.entries(body.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item as Record<string, { 'x-scope': string; security: unknown[] }>).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path: path.replace('{number}', '0').replaceAll(/\{\w+\}/g, 'nothing'),
      scope: operation['x-scope'],
      security: operation.security,
    })),
  );
}

describe('who may call what', () => {
  test('with keys: every route × every caller, from wherever', async () => {
    const { json, ask } = await tinyApp({ keys });
    const all = await routes(json);
    expect(all.length).toBeGreaterThan(25);
    const callers = [
      { headers: {}, scope: 'none' },
      { headers: { authorization: 'Bearer other' }, scope: 'none' },
      { headers: { authorization: 'Bearer use-key' }, scope: 'none' }, // the start of a key is no key
      { headers: { authorization: 'Basic admin-key' }, scope: 'none' },
      { headers: { authorization: 'Bearer use-key-1' }, scope: 'use' },
      { headers: { authorization: 'bearer use-key-2' }, scope: 'use' },
      { headers: { authorization: 'Bearer admin-key' }, scope: 'admin' },
    ];
    for (const { method, path, scope, security } of all) {
      expect([scope, security.length]).toEqual([scope, scope === 'public' ? 0 : 1]);
      for (const caller of callers) {
        for (const env of [loopback, elsewhere]) {
          const { status } = await ask(method, path, { headers: caller.headers as Record<string, string>, env });
          const where = `${method} ${path} as ${JSON.stringify(caller)}`;
          if (scope === 'public') expect(status, where).toBe(200);
          else if (caller.scope === 'none') expect(status, where).toBe(401);
          else if (scope === 'admin' && caller.scope === 'use') expect(status, where).toBe(403);
          else expect([401, 403], where).not.toContain(status);
        }
      }
    }
  });

  test('without keys: this machine alone, whatever a header says, and by no foreign name', async () => {
    const { json, ask } = await tinyApp();
    for (const { method, path } of await routes(json)) {
      const status = async (env: object, headers: Record<string, string> = {}, host = 'localhost') =>
        (await ask(method, `http://${host}${path}`, { env, headers })).status;
      const where = `${method} ${path}`;
      expect([401, 403], where).not.toContain(await status(loopback));
      expect(await status(elsewhere), where).toBe(403);
      expect(await status({ peer: null }), where).toBe(403);
      expect(await status(elsewhere, { 'x-forwarded-for': '127.0.0.1', forwarded: 'for=127.0.0.1' }), where).toBe(403);
      expect(await status(loopback, {}, 'evil.example'), where).toBe(403);
    }
  });

  test('keys that are all of one scope open what that scope may', async () => {
    const { ask } = await tinyApp({ keys: { use: ['u'] } });
    const status = async (method: string, path: string, key: string) =>
      (await ask(method, path, { headers: { authorization: `Bearer ${key}` }, env: elsewhere })).status;
    expect([await status('GET', '/v1/mode', 'u'), await status('POST', '/v1/rollback', 'u')]).toEqual([200, 403]);
  });

  test('a page of another site changes nothing, unless its origin is allowed', async () => {
    const status = async (origins: string[], origin: string) => {
      const { ask } = await tinyApp({ origins });
      const { status, headers } = await ask('POST', '/v1/rollback', { headers: { origin }, env: loopback });
      return [status, headers.get('access-control-allow-origin')];
    };
    expect(await status([], 'https://evil.example')).toEqual([403, null]);
    expect(await status([], 'null')).toEqual([403, null]);
    expect(await status([], 'http://localhost')).toEqual([200, null]);
    expect(await status(['https://ours.example'], 'https://evil.example')).toEqual([403, null]);
    expect(await status(['https://ours.example'], 'https://ours.example')).toEqual([200, 'https://ours.example']);
  });

  test('a refusal says how to ask', async () => {
    const { ask } = await tinyApp({ keys });
    expect((await ask('GET', '/v1/mode')).headers.get('www-authenticate')).toBe('Bearer');
  });
});

describe('isLoopback', () => {
  test('knows this machine’s addresses and nothing that looks like one', () => {
    for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '::1', '[::1]', '::ffff:127.0.0.1'])
      expect(isLoopback(host)).toBe(true);
    for (const host of [
      '',
      '0.0.0.0',
      '::',
      '10.0.0.1',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      'unknown',
      '1127.0.0.1',
    ]) {
      expect(isLoopback(host)).toBe(false);
    }
  });
});

const canMakeHosts =
  existsSync('/usr/sbin/ip') &&
  Bun.spawnSync(['sh', '-c', `ip netns add chelated-try-${process.pid} && ip netns del chelated-try-${process.pid}`], {
    stderr: 'ignore',
  }).exitCode === 0;

/** A host of the test's own, in a network namespace: asks over the network, by curl, and gives the statuses in order. */
async function fromElsewhere(port: number, requests: readonly Asked[]): Promise<number[]> {
  const [namespace, link] = [`chelated-${process.pid}`, `ch${process.pid}`];
  const script = `set -e
ip netns add ${namespace}
trap 'ip netns del ${namespace}' EXIT
ip link add ${link}o type veth peer name ${link}i netns ${namespace}
ip addr add 10.213.7.1/24 dev ${link}o
ip link set ${link}o up
ip -n ${namespace} addr add 10.213.7.2/24 dev ${link}i
ip -n ${namespace} link set ${link}i up
ip netns exec ${namespace} curl -s -K -`;
  const each = requests.map(({ method, path, headers = {} }) =>
    [
      `url = "http://10.213.7.1:${port}${path}"`,
      `request = "${method}"`,
      'max-time = 10',
      'output = "/dev/null"',
      'write-out = "%{http_code} "',
      ...Object.entries(headers).map(([name, value]) => `header = "${name}: ${value}"`),
    ].join('\n'),
  );
  const child = Bun.spawn(['sh', '-c', script], {
    stdin: new Blob([each.join('\nnext\n')]),
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  if (out.trim() === '') throw new Error(err);
  return out.trim().split(' ').map(Number);
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

// Needs the right to make network namespaces; elsewhere the addresses injected above stand for it.
describe.skipIf(!canMakeHosts)('from another host, over the network', () => {
  /** A server that others reach, its routes, and what each of two places is answered. */
  async function reached(deps: Parameters<typeof tinyApp>[0] = {}) {
    const { app, json } = await tinyApp(deps);
    const server = await serve(app, { host: '0.0.0.0', port: 0 });
    const port = Number(new URL(server.url).port);
    const here = async ({ method, path, headers = {} }: Asked) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers });
      await answer.body?.cancel();
      return answer.status;
    };
    return { routes: await routes(json), port, here, close: () => server.close() };
  }

  test('with keys: every route × every caller is answered there as here', async () => {
    const { routes, port, here, close } = await reached({ keys });
    const callers = [undefined, 'Bearer other', 'Bearer use-key-1', 'Bearer admin-key'];
    const asked = routes.flatMap(({ method, path, scope }) =>
      callers.map((authorization) => ({
        method,
        path,
        scope,
        authorization,
        headers: (authorization ? { authorization } : {}) as Record<string, string>,
      })),
    );
    const elsewhere = await fromElsewhere(port, asked);
    expect(elsewhere.length).toBe(asked.length);
    for (const [i, { method, path, scope, authorization, headers }] of asked.entries()) {
      for (const status of [elsewhere[i]!, await here({ method, path, headers })]) {
        const where = `${method} ${path} with ${authorization}`;
        if (scope === 'public') expect(status, where).toBe(200);
        else if (authorization === undefined || authorization === 'Bearer other') expect(status, where).toBe(401);
        else if (scope === 'admin' && authorization === 'Bearer use-key-1') expect(status, where).toBe(403);
        else expect([0, 401, 403], where).not.toContain(status);
      }
    }
    await close();
  }, 60_000);

  test('without keys: every route is refused there, whatever a header says, and served here', async () => {
    const { routes, port, here, close } = await reached();
    const headers = { Host: 'localhost', 'X-Forwarded-For': '127.0.0.1' };
    const asked = routes.flatMap(({ method, path }) => [
      { method, path },
      { method, path, headers },
    ]);
    expect(new Set(await fromElsewhere(port, asked))).toEqual(new Set([403]));
    for (const each of routes) expect([401, 403]).not.toContain(await here(each));
    await close();
  }, 60_000);
});
