// Correcting one vector or one query, by the kernels and by onnxruntime; numbers made up, sizes those of SciFact.
//   node scripts/bun.mjs bench/adapter.bench.ts
import type { Adapter, AdapterInput } from '../src/adapter/adapter.ts';
import { loadAdapter } from '../src/adapter/load-adapter.ts';
import { readAdapter } from '../src/adapter/read-adapter.ts';
import { writeAdapter } from '../src/adapter/write-adapter.ts';
import { loadKernels } from '../src/kernels/load.ts';
import { random } from '../src/random.ts';
import { tokenBags } from '../src/token-bags.ts';
import { normalMatrix, sample } from '../test/adapter/samples.ts';

const seed = 1;
const kernels = await loadKernels();
const numbers = random(seed);
const vocabulary = 30_522;
const affine = sample('affine', seed, { dIn: 384, dOut: 384, vocabulary: 1 });
const lexical = sample('lexical', seed, { dIn: 256, dOut: 384, vocabulary, known: 0.65, int8Table: true });
const residual = sample('residual', seed, { dIn: 384, dOut: 384, vocabulary, known: 0.65 });
const { rowOf } = lexical.parts.tokens!;
const known = Array.from(rowOf.keys()).filter((t) => rowOf[t]! >= 0);
const unknown = Array.from(rowOf.keys()).filter((t) => rowOf[t]! < 0);
const pick = (from: number[], count: number) =>
  Array.from({ length: count }, () => from[numbers.integer(from.length)]!);

const vectors = normalMatrix(numbers, 1, 384);
const cases = [
  { name: 'affine 384 → 384, one vector', one: affine, input: { vectors } },
  { name: 'affine 384 → 384, 1024 vectors', one: affine, input: { vectors: normalMatrix(numbers, 1024, 384) } },
  { name: 'lexical, 20 tokens, all with a row', one: lexical, input: { tokens: tokenBags([pick(known, 20)]) } },
  {
    name: 'lexical, 20 tokens, 3 without a row',
    one: lexical,
    input: { tokens: tokenBags([[...pick(known, 17), ...pick(unknown, 3)]]) },
  },
  {
    name: 'lexical, 256 texts of 150 tokens',
    one: lexical,
    input: { tokens: tokenBags(Array.from({ length: 256 }, () => pick(known, 150))) },
  },
  { name: 'residual, one text of 20 tokens', one: residual, input: { vectors, tokens: tokenBags([pick(known, 20)]) } },
];

console.log(
  `${process.versions.bun ? `Bun ${process.versions.bun}` : `Node ${process.version}`}, kernels ${kernels.name}, seed ${seed}`,
);
const file = await writeAdapter(lexical.parts, lexical.card);
const start = performance.now();
await readAdapter(file);
console.log(`lexical file ${file.length} bytes, read and checked in ${(performance.now() - start).toFixed(1)} ms`);
console.log('µs a call (p50 / p90)'.padEnd(40), 'kernels'.padStart(18), 'onnxruntime'.padStart(20));
for (const { name, one, input } of cases) {
  const cells: string[] = [];
  for (const backend of ['kernels', 'onnxruntime'] as const) {
    const bytes = await writeAdapter(one.parts, one.card);
    const adapter = await loadAdapter(bytes, { encoder: one.encoder, kernels, backend });
    cells.push(await timed(adapter, input));
    await adapter.dispose();
  }
  console.log(name.padEnd(40), cells[0]!.padStart(18), cells[1]!.padStart(20));
}

/** Calls for about a second after a warm-up; the first number of each result goes into a sum so that none is left out. */
async function timed(adapter: Adapter, input: AdapterInput): Promise<string> {
  let sink = 0;
  const once = async () => {
    const before = performance.now();
    const { data } = await adapter.correct(input);
    const spent = performance.now() - before;
    sink += data[0]!;
    return spent;
  };
  for (const end = performance.now() + 300; performance.now() < end; ) await once();
  const times: number[] = [];
  for (const end = performance.now() + 1000; performance.now() < end; ) times.push(await once());
  if (!Number.isFinite(sink)) throw new Error('a result was not finite');
  times.sort((a, b) => a - b);
  const at = (share: number) => (1000 * times[Math.floor(share * (times.length - 1))]!).toFixed(1);
  return `${at(0.5)} / ${at(0.9)}`;
}
