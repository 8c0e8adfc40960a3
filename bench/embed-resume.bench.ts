// Stops `chelated embed` with Ctrl-C and with SIGKILL and starts it again, with a real transformer over WordNet's shortest definitions:
// what each run found, embedded and kept, and what was paid for twice.
//
//   CHELATED_MODELS=… node scripts/bun.mjs bench/embed-resume.bench.ts [DOCUMENTS] [MODEL]
//
// A run is stopped when the cache holds the next third of the documents. "Lost" is what a stopped run had under way: at most one batch.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordBytes } from '../src/encode/cache/record.ts';
import { readNpy } from '../src/encode/npy.ts';
import { openEncoder } from '../src/encode/open-encoder.ts';
import { reportTable } from '../src/evaluate/report-table.ts';
import { loadKernels } from '../src/kernels/load.ts';
import { row } from '../src/matrix.ts';
import { random } from '../src/random.ts';
import { readWordnet } from '../src/student/read-wordnet.ts';
import { spawnChelated } from '../test/cli/chelated.ts';

const [count, model] = [Number(process.argv[2] ?? 20_000), process.argv[3] ?? 'all-MiniLM-L6-v2'];
const work = await mkdtemp(join(tmpdir(), 'chelated-resume-'));
const [corpus, cache, out] = [join(work, 'corpus.jsonl'), join(work, 'cache'), join(work, 'out')];
const definitions = (await readWordnet()).synsets.map(({ id, definition }) => ({ _id: id, text: definition }));
const documents = definitions.sort((a, b) => a.text.length - b.text.length || (a._id < b._id ? -1 : 1)).slice(0, count);
await writeFile(corpus, documents.map((document) => JSON.stringify(document)).join('\n'));
const distinct = new Set(documents.map(({ text }) => text)).size;
const kernels = await loadKernels();
const encoder = await openEncoder(model, { kernels });
const bytes = recordBytes(encoder.dims);

/** Vectors that the cache holds, whole ones. */
function kept(): number {
  if (!existsSync(cache)) return 0;
  const files = readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.segment'));
  return files.reduce((sum, file) => sum + Math.floor(statSync(join(cache, file)).size / bytes), 0);
}

const args = ['embed', '--corpus', corpus, '--model', model, '--out', out, '--cache', cache, '--json'];
const rows: { name: string; figures: (number | string)[] }[] = [];
for (const [signal, share] of [
  ['SIGINT', 1 / 3],
  ['SIGKILL', 2 / 3],
  [null, 1],
] as const) {
  const [before, start] = [kept(), performance.now()];
  const child = spawnChelated(...args);
  const answer = new Response(child.stdout).text();
  while (signal && child.exitCode === null && kept() < share * distinct) await Bun.sleep(50);
  if (signal) child.kill(signal);
  await child.exited;
  const seconds = (performance.now() - start) / 1000;
  const found = signal ? '' : JSON.parse(await answer).documents.cached;
  const embedded = kept() - before;
  rows.push({
    name: signal ?? 'to the end',
    figures: [before, found, embedded, Math.round(seconds), embedded / seconds],
  });
  console.error(JSON.stringify(rows.at(-1)));
}

const vectors = readNpy(readFileSync(join(out, 'documents.npy')));
const some = random(1)
  .shuffle(documents.map((_, i) => i))
  .slice(0, 64);
const alone = await encoder.encode(
  some.map((i) => documents[i]!.text),
  { role: 'document' },
);
const cosines = some.map((from, i) => kernels.dot(row(vectors, from), row(alone.vectors, i)));
console.log(`The ${count} shortest definitions of WordNet (${distinct} different), ${model}`);
console.log(reportTable(['kept before', 'found (texts)', 'embedded', 'seconds', 'a second'], rows));
console.log(
  `embedded and kept twice: ${kept() - distinct}; lowest cosine of 64 rows to the same texts embedded anew: ${Math.min(...cosines).toFixed(7)}`,
);
encoder.dispose();
await rm(work, { recursive: true });
