// Kernels beside plain TypeScript loops and the machine's copy bandwidth; see README.md here.
//   bun bench/kernels.bench.ts [--json] [--rounds 7]
import { parseArgs } from 'node:util';
import { Arena } from '../src/kernels/arena.ts';
import { Held } from '../src/kernels/held.ts';
import { loadModule } from '../src/kernels/load-module.ts';
import { topKF32 } from '../src/kernels/top-k.ts';
import { matrix } from '../src/matrix.ts';
import { plainLoops } from './plain-loops.ts';

const { values: options } = parseArgs({
  options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '7' } },
});
const rounds = Number(options.rounds);
const D = 384;
const sizes = { 'in cache': 128, 'out of cache': 60_000 } as const; // 196 kB and 92 MB an array
const arena = new Arena((await loadModule('simd')).exports);
const { exports } = arena;

interface Result {
  readonly kernel: string;
  readonly where: string;
  readonly unit: 'GB/s' | 'GFLOP/s';
  readonly kernelRate: number;
  readonly loopRate: number;
  readonly copyRate: number | null;
  readonly timesLoops: number;
  readonly shareOfCopy: number | null;
}
const results: Result[] = [];

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** Seconds a call: median over rounds in which every variant runs in turn, each round long enough to time. */
function race(variants: Record<string, () => void>): Record<string, number> {
  const timed = Object.entries(variants).map(([name, run]) => {
    let repeats = 1;
    while (time(run, repeats) < 0.03) repeats *= 2; // warms up besides
    return { name, run, repeats, seconds: [] as number[] };
  });
  for (let round = 0; round < rounds; round++) {
    for (const variant of round % 2 ? timed.toReversed() : timed) {
      variant.seconds.push(time(variant.run, variant.repeats) / variant.repeats);
    }
  }
  return Object.fromEntries(timed.map(({ name, seconds }) => [name, seconds.sort((a, b) => a - b)[rounds >> 1]!]));
}

function time(run: () => void, repeats: number): number {
  const start = performance.now();
  for (let i = 0; i < repeats; i++) run();
  return (performance.now() - start) / 1000;
}

function report(
  kernel: string,
  where: string,
  unit: Result['unit'],
  work: number,
  copied: number,
  seconds: Record<string, number>,
): void {
  const rate = (name: string, amount: number) => amount / seconds[name]! / 1e9;
  const copyRate = seconds.copy === undefined ? null : rate('copy', copied);
  const kernelRate = rate('kernel', work);
  results.push({
    kernel,
    where,
    unit,
    kernelRate,
    loopRate: rate('loops', work),
    copyRate,
    timesLoops: seconds.loops! / seconds.kernel!,
    shareOfCopy: copyRate === null ? null : kernelRate / copyRate,
  });
}

for (const [where, n] of Object.entries(sizes)) {
  const bytes = n * D * 4;
  arena.scratch([bytes, bytes, bytes], (a, b, c) => {
    const [x, y, out] = [arena.f32(a!, n * D), arena.f32(b!, n * D), arena.f32(c!, n * D)];
    const next = seeded(1);
    for (let i = 0; i < n * D; i++) [x[i], y[i]] = [next(), next()];
    plainLoops.normalize(x, x, n, D);
    plainLoops.normalize(y, y, n, D);
    const copy = () => out.set(x);
    const normalize = race({
      kernel: () => exports.normalize_f32(a!, c!, n, D),
      loops: () => plainLoops.normalize(x, out, n, D),
      copy,
    });
    report('normalize', where, 'GB/s', 2 * bytes, 2 * bytes, normalize);
    const push = race({
      kernel: () => exports.homeostatic_push_f32(a!, b!, c!, n, D, 0.1),
      loops: () => plainLoops.push(x, y, out, n, D, 0.1),
      copy,
    });
    report('homeostatic_push', where, 'GB/s', 3 * bytes, 2 * bytes, push);
    const blend = race({
      kernel: () => exports.blend_f32(a!, b!, c!, n, D, 0.5),
      loops: () => plainLoops.blend(x, y, out, n, D, 0.5),
      copy,
    });
    report('blend', where, 'GB/s', 3 * bytes, 2 * bytes, blend);
  });
}

for (const [title, m, k, n] of [
  ['gemm 1000 × 384 · 384 × 384', 1000, D, D],
  ['gemm 384 × 5000 · 5000 × 384', D, 5000, D],
] as const) {
  arena.scratch([m * k * 4, k * n * 4, m * n * 4, exports.gemm_scratch_bytes()], (a, b, c, scratch) => {
    const [A, B, C] = [arena.f32(a!, m * k), arena.f32(b!, k * n), arena.f32(c!, m * n)];
    const next = seeded(2);
    A.forEach((_, i) => {
      A[i] = next();
    });
    B.forEach((_, i) => {
      B[i] = next();
    });
    const seconds = race({
      kernel: () => exports.gemm_f32(a!, k, 1, b!, n, 1, c!, m, n, k, 0, scratch!),
      loops: () => plainLoops.gemm(A, B, C, m, k, n),
    });
    report(title, '', 'GFLOP/s', 2 * m * k * n, 0, seconds);
  });
}

{
  const rows = 100_000;
  const index = matrix(rows, D);
  const next = seeded(3);
  for (let i = 0; i < index.data.length; i++) index.data[i] = next();
  const held = new Held(arena, index);
  const other = new Held(arena, index);
  for (const queries of [1, 16]) {
    const Q = matrix(queries, D, index.data.slice(0, queries * D));
    const best = new Float32Array(queries);
    const [from, to] = [held.at(arena), other.at(arena)];
    const seconds = race({
      kernel: () => topKF32(arena, held, Q, 10),
      loops: () => plainLoops.scores(index.data, Q.data, best, rows, D, queries),
      copy: () => arena.f32(to, rows * D).set(arena.f32(from, rows * D)),
    });
    const bytes = rows * D * 4;
    report(`topK of ${rows}, ${queries} ${queries > 1 ? 'queries' : 'query'}`, '', 'GB/s', bytes, 2 * bytes, seconds);
  }
}

const runtime = process.versions.bun ? `Bun ${process.versions.bun}` : `Node ${process.versions.node}`;
if (options.json) console.log(JSON.stringify({ runtime, rounds, dims: D, results }));
else {
  const fixed = (v: number | null) => (v === null ? '' : v.toFixed(v < 10 ? 2 : 1));
  console.log(`${runtime}, median of ${rounds} rounds, d = ${D}\n`);
  console.log('| kernel | | kernel | loops | copy | × loops | of copy |\n|---|---|---|---|---|---|---|');
  for (const r of results) {
    const share = r.shareOfCopy === null ? '' : `${(100 * r.shareOfCopy).toFixed(0)} %`;
    const copy = r.copyRate === null ? '' : `${fixed(r.copyRate)} ${r.unit}`;
    console.log(
      `| ${r.kernel} | ${r.where} | ${fixed(r.kernelRate)} ${r.unit} | ${fixed(r.loopRate)} | ${copy} | ${fixed(r.timesLoops)} | ${share} |`,
    );
  }
}
