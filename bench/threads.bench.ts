// Two threads in one process beside two processes of one thread, together; see README.md here.
//   node scripts/bun.mjs bench/threads.bench.ts [--json] [--rounds 9] [--seconds 0.7] [--threads 2] [JOB…]
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { Kernels, SparseRows } from '../src/kernels/kernels.ts';
import { loadKernels } from '../src/kernels/load.ts';
import { type Matrix, matrix } from '../src/matrix.ts';
import { random } from '../src/random.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '0.7' },
    threads: { type: 'string', default: '2' },
    child: { type: 'string' },
  },
});
const threads = Number(options.threads);
const D = 384;

function numbers(rows: number, dims: number, seed: number): Matrix {
  const { uniform } = random(seed);
  return matrix(
    rows,
    dims,
    Float32Array.from({ length: rows * dims }, () => 2 * uniform() - 1),
  );
}

/** Texts of 100 tokens each, the low ids far more often, as words are. */
function texts(rows: number, columns: number): SparseRows {
  const { uniform } = random(5);
  const offsets = Uint32Array.from({ length: rows + 1 }, (_, i) => 100 * i);
  const ids = Uint32Array.from({ length: 100 * rows }, () => Math.floor(columns * uniform() ** 3));
  return { rows, columns, offsets, ids, values: new Float32Array(ids.length).fill(0.1) };
}

/** Made once a process, then done over and over. */
const jobs: Record<string, (kernels: Kernels) => () => unknown> = {
  'gemm 4096 × 384 · 384 × 384': (kernels) => {
    const [A, B] = [numbers(4096, D, 1), numbers(D, D, 2)];
    return () => kernels.gemm(A, B);
  },
  'gemm 16384 × 768 · 768 × 768': (kernels) => {
    const [A, B] = [numbers(16_384, 768, 1), numbers(768, 768, 2)];
    return () => kernels.gemm(A, B);
  },
  'gemm 384 × 20000 · 20000 × 384': (kernels) => {
    const A = numbers(20_000, D, 1);
    return () => kernels.gemm(A, A, { transposeA: true });
  },
  'topK of 100,000 × 384 held, 64 queries': (kernels) => {
    const [index, Q] = [kernels.hold(numbers(100_000, D, 1)), numbers(64, D, 2)];
    return () => kernels.topK(index, Q, 10);
  },
  'topK of 100,000 × 384 copied in, 64 queries': (kernels) => {
    const [index, Q] = [numbers(100_000, D, 1), numbers(64, D, 2)];
    return () => kernels.topK(index, Q, 10);
  },
  'sparse ridge, 5,000 texts, 128 columns': (kernels) => {
    const [S, Y] = [texts(5000, 30_000), numbers(5000, 128, 1)];
    return () => kernels.sparseRidge(S, Y, { lambda: 0.1, tolerance: 0, maxIterations: 4 });
  },
};

if (options.child !== undefined) await work(Number(options.child));
else await compare();

/** A process that does the job named on a line for so many seconds, and says how often a second it did. */
async function work(threads: number): Promise<void> {
  const kernels = await (threads > 1 ? loadKernels({ threads }) : loadKernels());
  let [name, run] = ['', () => {}] as [string, () => unknown];
  for await (const line of createInterface({ input: process.stdin })) {
    const [wanted, seconds] = JSON.parse(line) as [string, number];
    if (wanted !== name) [name, run] = [wanted, jobs[wanted]!(kernels)];
    const start = performance.now();
    let [done, end] = [0, start];
    while (end - start < 1000 * seconds) {
      run();
      done++;
      end = performance.now();
    }
    console.log((1000 * done) / (end - start));
  }
}

async function compare(): Promise<void> {
  const [first, second, team] = [open(1), open(1), open(threads)];
  const results: object[] = [];
  if (!options.json) {
    console.log(`| | one process | two processes | ${threads} threads | threads / processes |\n|---|---|---|---|---|`);
  }
  for (const job of Object.keys(jobs).filter((job) => positionals.length === 0 || positionals.includes(job))) {
    const seconds = Number(options.seconds);
    const variants = {
      one: () => first.rate(job, seconds),
      two: async () => {
        const rates = await Promise.all([first.rate(job, seconds), second.rate(job, seconds)]);
        return rates[0]! + rates[1]!;
      },
      team: () => team.rate(job, seconds),
    };
    await Promise.all([first, second, team].map((child) => child.rate(job, 0.3))); // made, compiled, threads started
    const rates = { one: [] as number[], two: [] as number[], team: [] as number[] };
    const names = ['one', 'two', 'team'] as const;
    for (let round = 0; round < Number(options.rounds); round++) {
      for (const name of round % 2 ? names.toReversed() : names) rates[name].push(await variants[name]());
    }
    const ratio = median(rates.team.map((rate, i) => rate / rates.two[i]!));
    const result = { job, one: median(rates.one), two: median(rates.two), team: median(rates.team), ratio };
    results.push(result);
    if (options.json) continue;
    const cells = [result.one, result.two, result.team].map((rate) => `${rate.toPrecision(3)} / s`);
    console.log(`| ${job} | ${cells.join(' | ')} | **${ratio.toFixed(2)}** |`);
  }
  if (options.json) console.log(JSON.stringify(results));
  for (const child of [first, second, team]) child.end();
}

function open(threads: number) {
  const child = spawn(process.execPath, [import.meta.filename, '--child', String(threads)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    rate: async (job: string, seconds: number): Promise<number> => {
      child.stdin.write(`${JSON.stringify([job, seconds])}\n`);
      return Number((await lines.next()).value);
    },
    end: () => child.stdin.end(),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
