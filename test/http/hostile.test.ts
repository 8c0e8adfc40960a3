import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'bun';
import { dims } from '../engine/tiny-student.ts';

setDefaultTimeout(120_000);

const json = { 'content-type': 'application/json' };
const numbers = (count: number, value = '0') => `[${`${value},`.repeat(count - 1)}${value}]`;
const nested = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);

interface Hostile {
  readonly title: string;
  readonly status: readonly number[];
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: BodyInit;
}

/** What is sent, and what it should be answered. */
const corpus: readonly Hostile[] = [
  ...['NaN', 'Infinity', '-Infinity', '1e999', '0x10', '.5', '"1"', 'null', '{}'].map((value) => ({
    title: `a vector of ${value}`,
    path: '/v1/correct',
    body: `{"vectors": [${numbers(dims, value)}]}`,
    status: [400],
  })),
  { title: 'arrays in arrays, 10⁵ deep', body: nested('[', ']', 100_000), status: [400] },
  {
    title: 'objects in objects, 10⁵ deep',
    body: `${'{"filter":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
    status: [400],
  },
  {
    title: 'a vector of 10⁶ numbers',
    path: '/v1/correct',
    body: `{"vectors": [${numbers(1_000_000)}]}`,
    status: [422],
  },
  { title: '10⁶ vectors', path: '/v1/correct', body: `{"vectors": ${numbers(1_000_000, '[1]')}}`, status: [413] },
  { title: '10⁶ texts', path: '/v1/embeddings', body: `{"input": ${numbers(1_000_000, '""')}}`, status: [400, 413] },
  {
    title: '10⁶ documents',
    path: '/v1/documents',
    body: `{"documents": ${numbers(1_000_000, '{}')}}`,
    status: [413, 400],
  },
  { title: 'a text of 10 MB', path: '/v1/correct', body: `{"texts": ["${'w1 '.repeat(3_500_000)}"]}`, status: [413] },
  { title: 'a text of 7 MB', path: '/v1/correct', body: `{"texts": ["${'w1 '.repeat(2_400_000)}"]}`, status: [413] },
  { title: 'a key of a megabyte', body: `{"${'k'.repeat(1_000_000)}": 1, "query": "w1"}`, status: [400] },
  { title: '10⁵ keys', body: `{${Array.from({ length: 100_000 }, (_, i) => `"k${i}":1`).join(',')}}`, status: [400] },
  { title: 'no content type', headers: {}, body: new TextEncoder().encode('{"query":"w1"}'), status: [415] },
  {
    title: 'a form',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'query=w1',
    status: [415],
  },
  { title: 'XML', headers: { 'content-type': 'text/xml' }, body: '<query>w1</query>', status: [415] },
  {
    title: 'JSON that says it is compressed',
    headers: { ...json, 'content-encoding': 'gzip' },
    body: '{"query":"w1"}',
    status: [415],
  },
  {
    title: 'a compressed body',
    headers: { ...json, 'content-encoding': 'gzip' },
    body: gzipSync('{"query":"w1"}'),
    status: [415],
  },
  {
    title: 'an unknown encoding',
    headers: { ...json, 'content-encoding': 'x-none' },
    body: '{"query":"w1"}',
    status: [415],
  },
  { title: 'an empty body', body: '', status: [400] },
  { title: 'half of a JSON', body: '{"query": "w1', status: [400] },
  { title: 'bytes that are no UTF-8', body: new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), status: [400] },
  { title: 'a NUL in a collection’s name', path: '/v1/search?collection=%00', body: '{"query":"w1"}', status: [404] },
  { title: 'a collection called __proto__', body: '{"query":"w1","collection":"__proto__"}', status: [404] },
  { title: 'a collection that would climb', method: 'PUT', path: '/v1/collections/..%2f..%2fetc', status: [400] },
  { title: 'k as a text', body: '{"query":"w1","k":"5"}', status: [400] },
  { title: 'k beyond all', body: '{"query":"w1","k":1e300}', status: [400] },
  {
    title: 'odd bytes of f32',
    path: '/v1/correct',
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array(7),
    status: [400],
  },
  {
    title: 'f32 that are not finite',
    path: '/v1/correct',
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array(new Float32Array(dims).fill(Number.NaN).buffer),
    status: [422],
  },
  {
    title: 'no f32 at all',
    path: '/v1/correct',
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array(0),
    status: [422],
  },
  { title: 'what is no base64', path: '/v1/correct', body: '{"vectors_base64":"§§§"}', status: [400] },
  ...[
    '..%2f..%2fetc%2fpasswd',
    '%2e%2e%2fx',
    '%00',
    '%ff',
    '%',
    '%zz',
    'a%2Fb',
    '__proto__',
    'constructor',
    `${'x'.repeat(600)}`,
    '%F0%9F%98%80',
  ].map((id) => ({
    title: `a document called ${id.slice(0, 30)}`,
    method: 'GET',
    path: `/v1/documents/${id}`,
    status: [404, 400],
  })),
  { title: 'a generation that is none', method: 'POST', path: '/v1/generations/-1/promote', status: [400] },
  { title: 'a generation that is not kept', method: 'POST', path: '/v1/generations/999/promote', status: [404] },
  { title: 'a limit that is none', method: 'GET', path: '/v1/chelation-log?limit=1e9', status: [400] },
  { title: 'a plot that is none', method: 'GET', path: '/v1/plots/__proto__', status: [400] },
  { title: 'a job that is none', method: 'GET', path: '/v1/jobs/..%2fx', status: [404] },
  { title: 'an address of 5,000 steps', method: 'GET', path: `/${'a/'.repeat(2500)}`, status: [404] },
];

describe('hostile requests', () => {
  const child = Bun.spawn([process.execPath, new URL('hostile-server.ts', import.meta.url).pathname], {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'inherit',
  });
  const reader = child.stdout.getReader();
  let buffered = '';
  let url = '';

  async function line(): Promise<string> {
    for (;;) {
      const end = buffered.indexOf('\n');
      if (end >= 0) {
        const text = buffered.slice(0, end);
        buffered = buffered.slice(end + 1);
        if (text.startsWith('http') || text.startsWith('{')) return text;
        continue;
      }
      const { done, value } = await reader.read();
      if (done) throw new Error(`the server ended: ${buffered}`);
      buffered += new TextDecoder().decode(value);
    }
  }
  async function state(): Promise<{ rss: number; faults: string[] }> {
    child.stdin.write('\n');
    await child.stdin.flush();
    return JSON.parse(await line());
  }
  beforeAll(async () => {
    url = await line();
  });
  afterAll(async () => {
    child.kill();
    await child.exited;
  });

  /** An ordinary request, which must go well whatever came before it. */
  async function nextIsFine(): Promise<void> {
    const response = await fetch(`${url}/v1/search`, {
      method: 'POST',
      headers: json,
      body: '{"query":"w1 w2","k":3}',
    });
    expect([response.status, (await response.json()).hits.length]).toEqual([200, 3]);
  }

  /** Sends bytes, and gives what comes back until the end of the connection, or until `ms` are over. */
  function raw(bytes: string, { ms = 3000, keep = false, drip = '' } = {}): Promise<string> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve) => {
      let answer = '';
      const socket = connect(Number(port), hostname, () => socket.write(bytes));
      // Part after part, for as long as the connection lasts.
      const drops = setInterval(() => drip && socket.write(drip), 50);
      const done = () => {
        clearTimeout(timer);
        clearInterval(drops);
        socket.destroy();
        resolve(answer);
      };
      const timer = setTimeout(done, ms);
      socket.on('data', (chunk) => {
        answer += chunk.toString('latin1');
        if (!keep && answer.includes('\r\n\r\n')) done();
      });
      socket.on('error', done).on('close', done);
    });
  }

  async function send({ method = 'POST', path = '/v1/search', headers = json, body }: Hostile): Promise<Response> {
    return fetch(`${url}${path}`, { method, headers, ...(body !== undefined && { body }) });
  }

  for (const hostile of corpus) {
    test(`${hostile.title}: ${hostile.status.join(' or ')}, and the next request is fine`, async () => {
      const response = await send(hostile);
      const text = await response.text();
      expect(hostile.status, text.slice(0, 200)).toContain(response.status);
      expect(JSON.parse(text).error.code).toMatch(/^[a-z_]+$/);
      expect(text.length).toBeLessThan(2000);
      await nextIsFine();
    });
  }

  test('keys that would reach a prototype reach nothing', async () => {
    const polluting = [
      '{"__proto__":{"polluted":1},"query":"w1"}',
      '{"query":"w1","filter":{"__proto__":1}}',
      '{"query":"w1","filter":{"constructor":{"in":[1]}}}',
    ];
    for (const body of polluting) expect([200, 400]).toContain((await send({ title: '', status: [], body })).status);
    const metadata = '{"documents":[{"id":"__proto__","text":"w1","metadata":{"__proto__":"x","toString":"y"}}]}';
    expect((await send({ title: '', status: [], path: '/v1/documents', body: metadata })).status).toBe(200);
    expect((await (await fetch(`${url}/v1/documents/__proto__`)).json()).id).toBe('__proto__');
    expect(await (await fetch(`${url}/v1/mode`)).json()).not.toHaveProperty('polluted');
    await nextIsFine();
  });

  test('headers without end are refused or cut off', async () => {
    const flood = `GET /health HTTP/1.1\r\nHost: localhost\r\n${'x-flood: aaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n'.repeat(50_000)}\r\n`;
    expect(await raw(flood)).not.toStartWith('HTTP/1.1 200');
    await nextIsFine();
  });

  test('what is not HTTP, or says two lengths, is refused or cut off', async () => {
    const post = (headers: string, body: string) =>
      `POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${headers}\r\n\r\n${body}`;
    const requests = [
      '\0\0\0\0\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      post('Content-Length: -1', '{"query":"w1"}'),
      post('Content-Length: 3\r\nContent-Length: 14', '{"query":"w1"}'),
      post('Content-Length: 3\r\nTransfer-Encoding: chunked', '0\r\n\r\n'),
      post('Transfer-Encoding: chunked', 'zz\r\n{"query":"w1"}\r\n0\r\n\r\n'),
    ];
    for (const request of requests) expect(await raw(request, { ms: 1500 })).not.toStartWith('HTTP/1.1 200');
    await nextIsFine();
  });

  test('a body that never ends is 408, announced or in chunks', async () => {
    const head = 'POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
    for (const unfinished of [
      `${head}Content-Length: 100\r\n\r\n{"query"`,
      `${head}Transfer-Encoding: chunked\r\n\r\n5\r\n{"que\r\n`,
    ]) {
      expect(await raw(unfinished)).toStartWith('HTTP/1.1 408');
    }
    await nextIsFine();
  });

  test('a body that comes a byte at a time is 408 when its time is over', async () => {
    const head =
      'POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n';
    expect(await raw(head, { drip: '{"query":"' })).toStartWith('HTTP/1.1 408');
    await nextIsFine();
  });

  test('a client that goes away within its body disturbs nobody', async () => {
    const head =
      'POST /v1/documents HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n';
    await Promise.all(Array.from({ length: 50 }, () => raw(`${head}5\r\n{"id"\r\n`, { ms: 50, keep: true })));
    await nextIsFine();
  });

  test('1,000 connections that say nothing leave room for who does', async () => {
    const { hostname, port } = new URL(url);
    const sockets: Socket[] = [];
    await Promise.all(
      Array.from(
        { length: 1000 },
        () =>
          new Promise<void>((resolve) => {
            const socket = connect(Number(port), hostname, () => resolve());
            socket.on('error', () => resolve());
            sockets.push(socket);
          }),
      ),
    );
    await nextIsFine();
    for (const socket of sockets) socket.destroy();
  });

  test('memory comes back to where it was, and nothing was a fault of ours', async () => {
    const everything = async () => {
      for (const hostile of corpus) await (await send(hostile)).text();
    };
    await everything();
    const before = await state();
    for (let round = 0; round < 3; round++) await everything();
    await Bun.sleep(1000);
    const after = await state();
    expect(after.faults).toEqual([]);
    // Less than one of the larger bodies: nothing of three rounds of them was kept.
    expect(after.rss - before.rss).toBeLessThan(48 * 1024 * 1024);
  });
});
