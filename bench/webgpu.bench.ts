// Milliseconds a call of adapter, encoder and training step by batch and width: wasm on one and two threads, WebGPU, and in
// Python onnxruntime's native build and PyTorch; and whether a thousand training steps leave anything on the GPU.
//
//   CHELATED_MODELS=… node scripts/bun.mjs bench/webgpu.bench.ts [--python PYTHON] [--rounds 3] [--wide] [--steps 1000] [--json]
//
// Every variant is a process of its own, since onnxruntime's threads and its build are a process's choice. A figure is the
// median over rounds, after two calls that are not counted. The GPU is the one that `--device webgpu` takes, and where it is a
// processor that plays one, the table says so: its times are then of no GPU.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeAdapter } from '../src/adapter/write-adapter.ts';
import { defaultObjective } from '../src/distil/train/train-options.ts';
import { trainingGraph } from '../src/distil/train/training-graph.ts';
import { addPooling } from '../src/encode/onnx/add-pooling.ts';
import { reportTable } from '../src/evaluate/report-table.ts';
import { fuseTransformer } from '../src/onnx/fuse/fuse-transformer.ts';
import { openGpu } from '../src/onnx/open-gpu.ts';
import { readModel } from '../src/onnx/read-model.ts';
import { openSession, type TensorFeeds } from '../src/onnx/session.ts';
import { webGpu } from '../src/onnx/web-gpu.ts';
import { random } from '../src/random.ts';
import { sample } from '../test/adapter/samples.ts';
import { stepFeeds } from '../test/device/equality-cases.ts';
import { bytesByStep } from '../test/device/memory-cases.ts';

const { values: options } = parseArgs({
  options: {
    python: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    wide: { type: 'boolean', default: false },
    steps: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
    variant: { type: 'string' },
    folder: { type: 'string' },
  },
});
const rounds = Number(options.rounds);
const { CHELATED_MODELS } = process.env;
const encoderModel = 'all-MiniLM-L6-v2';

/** By default what a processor that plays a GPU does in a minute or two; `--wide` is for a GPU. */
const sizes: Readonly<Record<'encoder' | 'training', readonly (readonly [number, number])[]>> & {
  readonly widths: readonly number[];
  readonly rows: readonly number[];
} = options.wide
  ? {
      widths: [384, 768],
      rows: [1, 64, 1024],
      encoder: [
        [1, 16],
        [8, 64],
        [32, 128],
      ],
      training: [
        [16, 32],
        [100, 384],
        [1000, 384],
      ],
    }
  : {
      widths: [384, 768],
      rows: [1, 64],
      encoder: [
        [1, 16],
        [4, 32],
      ],
      training: [
        [16, 32],
        [64, 64],
        [100, 384],
      ],
    };

/** One model with what it is fed, as files that every variant reads. */
interface BenchCase {
  readonly name: string;
  readonly feeds: Readonly<Record<string, { readonly dtype: 'f32' | 'int64'; readonly dims: readonly number[] }>>;
}

const variants = ['wasm 1', 'wasm 2', 'webgpu'] as const;
if (options.variant) await measure(options.variant, options.folder!);
else await compare();
process.exit();

async function compare(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'chelated-webgpu-'));
  try {
    const cases = await writeCases(folder);
    const columns: Record<string, Record<string, number>> = {};
    for (const variant of variants) columns[variant] = await inProcess(variant, folder);
    if (options.python) Object.assign(columns, await peers(options.python, folder));
    const device = await nameDevice();
    const memory = Number(options.steps) > 0 ? await growth(Number(options.steps)) : null;
    if (options.json) console.log(JSON.stringify({ device, columns, memory }));
    else {
      console.log(
        `device: ${device.name}${device.isSoftware ? ' (a processor that plays a GPU: no speed is claimed)' : ''}`,
      );
      const rows = cases.map(({ name }) => ({ name, figures: Object.values(columns).map((column) => column[name]) }));
      console.log(reportTable(Object.keys(columns), rows));
      if (memory)
        console.log(`bytes on the device after 20 steps ${memory.early}, after ${options.steps} ${memory.late}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeCases(folder: string): Promise<BenchCase[]> {
  const cases: BenchCase[] = [];
  const add = async (name: string, bytes: Uint8Array, feeds: TensorFeeds) => {
    const at = join(folder, String(cases.length));
    await mkdir(at);
    await writeFile(join(at, 'model.onnx'), bytes);
    for (const [input, { data }] of Object.entries(feeds)) {
      await writeFile(join(at, `${input}.bin`), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
    const shapes = Object.entries(feeds).map(([input, { dtype, dims }]) => [input, { dtype, dims }] as const);
    cases.push({ name, feeds: Object.fromEntries(shapes) as BenchCase['feeds'] });
  };
  const numbers = random(1);
  const normals = (...dims: number[]) =>
    ({
      dtype: 'f32',
      dims,
      data: Float32Array.from({ length: dims.reduce((a, b) => a * b) }, () => numbers.normal()),
    }) as const;
  for (const dims of sizes.widths) {
    const { parts, card } = sample('affine', 1, { dIn: dims, dOut: dims, teacher: 'none' });
    const bytes = await writeAdapter(parts, card);
    for (const rows of sizes.rows) await add(`adapter ${rows} × ${dims}`, bytes, { vector: normals(rows, dims) });
  }
  if (CHELATED_MODELS) {
    const file = await readFile(join(CHELATED_MODELS, encoderModel, 'onnx/model_quantized.onnx'));
    const bytes = addPooling(fuseTransformer(new Uint8Array(file)), ['mean'], { unit: true });
    for (const [texts, tokens] of sizes.encoder) {
      const ids = (value: (e: number) => number) =>
        ({
          dtype: 'int64',
          dims: [texts, tokens],
          data: BigInt64Array.from({ length: texts * tokens }, (_, e) => BigInt(value(e))),
        }) as const;
      const pooling = {
        dtype: 'f32',
        dims: [texts, 1, tokens],
        data: new Float32Array(texts * tokens).fill(1 / tokens),
      } as const;
      const feeds = { input_ids: ids((e) => 1000 + e), attention_mask: ids(() => 1), token_type_ids: ids(() => 0) };
      await add(`encoder ${texts} × ${tokens} tokens`, bytes, { ...feeds, chelated_pooling_mean: pooling });
    }
  }
  for (const [batch, dims] of sizes.training) {
    const network = { kind: 'mlp', dIn: dims, hidden: dims / 2, dOut: dims, dTeacher: null } as const;
    const problem = { network, objective: defaultObjective };
    await add(
      `training step ${batch} × ${dims}`,
      trainingGraph({ ...problem, batch, gives: 'step' }),
      stepFeeds(problem, 'step', batch),
    );
  }
  await writeFile(join(folder, 'cases.json'), JSON.stringify(cases));
  return cases;
}

/** One variant, in the process that was started for it: a line of JSON. */
async function measure(variant: string, folder: string): Promise<void> {
  const [device, threads] = variant.split(' ') as ['wasm' | 'webgpu', string?];
  const cases: BenchCase[] = JSON.parse(await readFile(join(folder, 'cases.json'), 'utf8'));
  const medians: Record<string, number> = {};
  for (const [c, { name, feeds }] of cases.entries()) {
    const bytes = new Uint8Array(await readFile(join(folder, String(c), 'model.onnx')));
    const needed = new Set(readModel(bytes).inputs);
    const tensors: Record<string, TensorFeeds[string]> = {};
    for (const [input, { dtype, dims }] of Object.entries(feeds)) {
      if (!needed.has(input)) continue;
      const { buffer } = new Uint8Array(await readFile(join(folder, String(c), `${input}.bin`)));
      tensors[input] =
        dtype === 'f32'
          ? { dtype, dims, data: new Float32Array(buffer) }
          : { dtype, dims, data: new BigInt64Array(buffer) };
    }
    const session = await openSession(bytes, { device, threads: Number(threads ?? 1), unpackWeights: true });
    const times: number[] = [];
    for (let r = -2; r < rounds; r++) {
      const started = performance.now();
      await session.run(tensors);
      if (r >= 0) times.push(performance.now() - started);
    }
    await session.dispose();
    medians[name] = times.sort((a, b) => a - b)[Math.floor(rounds / 2)]!;
  }
  console.log(JSON.stringify(medians));
}

async function inProcess(variant: string, folder: string): Promise<Record<string, number>> {
  const args = [
    process.execPath,
    import.meta.path,
    '--variant',
    variant,
    '--folder',
    folder,
    '--rounds',
    options.rounds,
  ];
  return lastLine(Bun.spawn(args, { stdout: 'pipe', stderr: 'inherit' }));
}

/** Python's, by their names: native onnxruntime, and PyTorch. */
async function peers(python: string, folder: string): Promise<Record<string, Record<string, number>>> {
  const script = join(import.meta.dir, 'peers/device/run.py');
  return lastLine(
    Bun.spawn([python, script, folder, options.rounds, join(CHELATED_MODELS ?? '', encoderModel)], {
      stdout: 'pipe',
      stderr: 'inherit',
    }),
  );
}

async function lastLine<T>(child: Bun.Subprocess<'ignore', 'pipe', 'inherit'>): Promise<T> {
  const out = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) throw new Error('a variant failed; what it said is above');
  return JSON.parse(out.trim().split('\n').at(-1)!);
}

async function nameDevice(): Promise<{ name: string; isSoftware: boolean }> {
  const gpu = await openGpu(true);
  if ('reason' in gpu) throw new Error(gpu.message);
  gpu.device.destroy();
  return { name: gpu.name, isSoftware: gpu.isSoftware };
}

async function growth(steps: number): Promise<{ early: number; late: number }> {
  await webGpu(true);
  const bytes = await bytesByStep(steps);
  return { early: Math.max(...bytes.slice(5, 20)), late: Math.max(...bytes.slice(-100)) };
}
