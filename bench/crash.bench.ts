// Kills a real server at random under mixed load, starts it again, and looks for anything that was lost, doubled or resurrected.
//
//   node scripts/bun.mjs bench/crash.bench.ts [--kills 300] [--seed 1] [--json]
//
// Each round: `chelated serve` on a database, clients that write, delete, search, change the mode, begin cycles and take backups,
// SIGKILL after a random while, restart. Then every acknowledged document must be there once and no deleted one, whatever was
// under way may have happened or not, and the answers must be those of an engine that is built from scratch from the same database.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { config } from '../src/config.ts';
import { openEncoder } from '../src/encode/open-encoder.ts';
import { Engine } from '../src/engine/engine.ts';
import { reportTable } from '../src/evaluate/report-table.ts';
import { loadKernels } from '../src/kernels/load.ts';
import { random } from '../src/random.ts';
import { documentPages } from '../src/store/pages.ts';
import { databasePath } from '../src/store/sqlite/database-path.ts';
import { openSqliteStore } from '../src/store/sqlite/open-sqlite-store.ts';
import { chelated, spawnChelated } from '../test/cli/chelated.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '25' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean' },
  },
});
const kills = Number(values.kills);
const { uniform, integer } = random(Number(values.seed));
const work = await mkdtemp(join(tmpdir(), 'chelated-crash-'));
const data = join(work, 'data');
const kernels = await loadKernels();
const encoder = await openEncoder(config.student, { kernels });

/** Enough documents that a cycle may be judged, and few enough that it ends now and then. */
const idCount = 400;
const words =
  'river stone wing plate flow heat shock layer pressure bird fish song glass metal oxide cell gene axis beam load'.split(
    ' ',
  );
const someText = () => Array.from({ length: 4 + integer(6) }, () => words[integer(words.length)]).join(' ');

/** The texts that a document may have now (null: it may not be there): one once its last write was acknowledged. */
const allowed = new Map<string, Set<string | null>>();
/** Requests under way, by what they do: what a kill may hit. */
const running = new Map<string, number>();
const hit = new Map<string, number>();
let acknowledged = 0;

interface Server {
  readonly url: string;
  readonly child: ReturnType<typeof spawnChelated>;
}

async function start(): Promise<Server> {
  const child = spawnChelated('serve', '--data', data, '--port', '0', '--mode', 'baseline', '--words');
  const errors = new Response(child.stderr).text();
  let said = '';
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`the server did not start:\n${said}\n${await errors}`);
    said += decoder.decode(value, { stream: true });
    const url = said.match(/"url":"(http:[^"]+)"/)?.[1];
    if (!url) continue;
    // The rest of the log is read and forgotten, so that the server never waits for a reader.
    void (async () => {
      while (!(await reader.read()).done);
    })();
    for (;;) {
      const ready = await fetch(`${url}/ready`)
        .then((answer) => answer.ok)
        .catch(() => false);
      if (ready) return { url, child };
      if (child.exitCode !== null) throw new Error(`the server ended before it was ready:\n${said}\n${await errors}`);
      await Bun.sleep(20);
    }
  }
}

/** One request; null when the server died within it. */
async function call(kind: string, url: string, method: string, path: string, body?: unknown): Promise<Response | null> {
  running.set(kind, (running.get(kind) ?? 0) + 1);
  try {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    await answer.clone().arrayBuffer();
    if (answer.status >= 500) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  } catch (error) {
    if (error instanceof TypeError || (error as { code?: string }).code !== undefined) return null;
    throw error;
  } finally {
    running.set(kind, running.get(kind)! - 1);
  }
}

/** Ids that no other client writes at this moment: what is acknowledged is then known. */
const busy = new Set<string>();

async function write(url: string): Promise<boolean> {
  const ids = Array.from({ length: 1 + integer(20) }, () => `d${integer(idCount)}`).filter((id) => !busy.has(id));
  const batch = [...new Set(ids)].map((id) => ({ id, text: someText() }));
  if (batch.length === 0) return true;
  for (const { id, text } of batch) {
    busy.add(id);
    allowed.set(id, new Set([...(allowed.get(id) ?? [null]), text]));
  }
  const answer = await call('write', url, 'POST', '/v1/documents', { documents: batch });
  if (answer?.ok) {
    acknowledged += batch.length;
    for (const { id, text } of batch) allowed.set(id, new Set([text]));
  }
  for (const { id } of batch) busy.delete(id);
  return answer !== null;
}

async function remove(url: string): Promise<boolean> {
  const id = `d${integer(idCount)}`;
  if (busy.has(id)) return true;
  busy.add(id);
  allowed.set(id, new Set([...(allowed.get(id) ?? [null]), null]));
  const answer = await call('delete', url, 'DELETE', `/v1/documents/${id}`);
  if (answer) {
    acknowledged++;
    allowed.set(id, new Set([null]));
  }
  busy.delete(id);
  return answer !== null;
}

async function other(url: string): Promise<boolean> {
  const draw = uniform();
  if (draw < 0.7) return (await call('search', url, 'POST', '/v1/search', { query: someText(), k: 10 })) !== null;
  if (draw < 0.8) return (await call('mode', url, 'PUT', '/v1/mode', { mode: 'baseline', alpha: uniform() })) !== null;
  if (draw < 0.85) return (await call('rollback', url, 'POST', '/v1/rollback')) !== null;
  const fit = { adapter: integer(2) ? 'affine' : 'lexical', force: true, seed: integer(1000), push: 0.1 + uniform() };
  const answer = await call('distil', url, 'POST', '/v1/distil', fit);
  if (!answer) return false;
  const { id } = (await answer.json()) as { id: string };
  void follow(url, id);
  return true;
}

/** Cycles that came to their swap since the server started: some kills wait for one. */
let swaps = 0;

async function follow(url: string, id: string): Promise<void> {
  running.set('cycle', (running.get('cycle') ?? 0) + 1);
  let swapping = false;
  for (;;) {
    await Bun.sleep(5);
    const status = await fetch(`${url}/v1/jobs/${id}`)
      .then((got) => got.json() as Promise<{ state: string; step: string }>)
      .catch(() => null);
    if (status?.step === 'projecting' && !swapping) {
      swapping = true;
      swaps++;
      running.set('swap', (running.get('swap') ?? 0) + 1);
    }
    if (status?.state === 'running') continue;
    if (status && !swapping) swaps++;
    running.set('cycle', running.get('cycle')! - 1);
    if (swapping) running.set('swap', running.get('swap')! - 1);
    return;
  }
}

async function backup(): Promise<void> {
  running.set('backup', (running.get('backup') ?? 0) + 1);
  const out = join(work, `backup-${integer(1e9)}.db`);
  const { code, stderr } = await chelated('backup', '--data', data, '--out', out);
  running.set('backup', running.get('backup')! - 1);
  if (code !== 0) throw new Error(`backup: ${stderr}`);
  await rm(out, { force: true });
}

async function loadUntilKilled({ url, child }: Server): Promise<void> {
  let alive = true;
  const client = async (each: (url: string) => Promise<boolean>) => {
    while (alive && (await each(url)));
  };
  const clients = Promise.all([client(write), client(write), client(remove), client(other), client(other)]);
  const saved = uniform() < 0.3 ? backup() : null;
  if (uniform() < 0.5) await Bun.sleep(100 + uniform() * 2500);
  else {
    // In the middle of a swap, or just after it.
    const [seen, deadline] = [swaps, performance.now() + 30_000];
    while (swaps === seen && performance.now() < deadline) await Bun.sleep(2);
    await Bun.sleep(uniform() ** 3 * 1500);
  }
  for (const [kind, count] of running) if (count > 0) hit.set(kind, (hit.get(kind) ?? 0) + 1);
  child.kill('SIGKILL');
  alive = false;
  await child.exited;
  await clients;
  await saved;
}

/** What the server says of each document must be allowed; then it is what is so. */
async function checkDocuments({ url }: Server): Promise<number> {
  let present = 0;
  for (let i = 0; i < idCount; i++) {
    const id = `d${i}`;
    const answer = await fetch(`${url}/v1/documents/${id}`);
    const text = answer.status === 404 ? null : ((await answer.json()) as { text: string }).text;
    const may = allowed.get(id) ?? new Set([null]);
    if (!may.has(text)) throw new Error(`${id}: found ${JSON.stringify(text)}, allowed ${JSON.stringify([...may])}`);
    if (text !== null) present++;
    allowed.set(id, new Set([text]));
  }
  const { documents } = (await (await fetch(`${url}/health`)).json()) as { documents: number };
  if (documents !== present) throw new Error(`the server has ${documents} documents, ${present} were found by id`);
  return present;
}

/** The database read beside the server, and an engine built anew from it: both must say what the server says. */
async function checkRebuilt({ url }: Server): Promise<void> {
  const store = await openSqliteStore(await databasePath(data), { access: 'view' });
  const kept = (await store.find(config.engine.collection))!;
  if (kept.identity.baseFingerprint !== encoder.baseFingerprint) throw new Error('documents of another fingerprint');
  const rows = new Set<number>();
  const documents: { id: string; text: string }[] = [];
  for await (const { faces, vectors } of documentPages(kept, config.store.scanDocuments)) {
    faces.forEach(({ row, id, text }, i) => {
      rows.add(row);
      documents.push({ id, text: text! });
      if (vectors.data.subarray(i * vectors.dims, (i + 1) * vectors.dims).every((x) => x === 0))
        throw new Error(`${id} has a zero vector`);
    });
  }
  for (const event of await kept.events()) {
    if (Array.from(event).some((row) => !rows.has(row))) throw new Error('the log names a document that is not there');
  }
  const { serving } = await kept.state();
  const records = await kept.generations();
  const record = records.find(({ number }) => number === serving);
  if (serving !== 0 && !record) throw new Error(`generation ${serving} serves and is not kept`);
  await store.close();
  const engine = await Engine.open({ encoder, kernels, sampleRate: 0, words: true });
  const fresh = engine.collection();
  await fresh.upsert(documents);
  if (record) await fresh.adopt(record.adapter);
  for (let i = 0; i < 10; i++) {
    const query = someText();
    // Every other one by words too: here an index in memory is what the one on disk must agree with.
    const fusion = i % 2 === 0 ? undefined : {};
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/v1/search`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query, k: 10, fusion }),
    });
    const got = (await answer.json()) as { fingerprint: string; hits: { id: string; score: number }[] };
    const expected = await fresh.search({ query }, { k: idCount, ...(fusion && { fusion }) });
    if (got.fingerprint !== expected.fingerprint)
      throw new Error(`fingerprint ${got.fingerprint}, rebuilt ${expected.fingerprint}`);
    // Of documents that are equally good to the last bit but one, either may come first.
    const scoreOf = new Map(expected.hits.map(({ id, score }) => [id, score]));
    const near = (score: number, other: number | undefined) => Math.abs(score - (other ?? Infinity)) <= 1e-6;
    const differs =
      got.hits.length !== Math.min(10, expected.hits.length) ||
      got.hits.some(({ id, score }, at) => !near(score, scoreOf.get(id)) || !near(score, expected.hits[at]!.score));
    if (differs)
      throw new Error(`"${query}": ${JSON.stringify(got.hits)}, rebuilt ${JSON.stringify(expected.hits.slice(0, 10))}`);
  }
  await engine.close();
}

const started = performance.now();
let [present, slowest] = [0, 0];
for (let kill = 1; kill <= kills; kill++) {
  const server = await start();
  if (kill > 1) {
    present = await checkDocuments(server);
    await checkRebuilt(server);
  }
  await loadUntilKilled(server);
  if (kill % 10 === 0)
    console.error(`${kill} of ${kills} kills, ${acknowledged} writes acknowledged, ${present} documents`);
}
const before = performance.now();
const last = await start();
slowest = performance.now() - before;
present = await checkDocuments(last);
await checkRebuilt(last);
const { generations } = (await (await fetch(`${last.url}/v1/generations`)).json()) as {
  generations: { number: number }[];
};
last.child.kill('SIGTERM');
await last.child.exited;
await rm(work, { recursive: true, force: true });

const result = {
  kills,
  seed: Number(values.seed),
  acknowledged,
  documents: present,
  generations: Math.max(...generations.map(({ number }) => number)),
  hit: Object.fromEntries([...hit].sort()),
  lastStartMs: Math.round(slowest),
  seconds: Math.round((performance.now() - started) / 1000),
};
if (values.json) console.log(JSON.stringify(result));
else {
  console.log(
    `${kills} kills, ${acknowledged} writes acknowledged: nothing lost, nothing doubled, nothing resurrected; ${result.generations} generations made; ${result.seconds} s`,
  );
  console.log(
    reportTable(
      ['kills'],
      [...hit].sort().map(([name, count]) => ({ name, figures: [count] })),
    ),
  );
}
